#pragma once

#include <map>
#include <optional>
#include <string>

#include "hooks/service/request_keys.h"

namespace minpaas::test {

/// Request keys in memory, kept for ever. Thread: one at a time.
class FakeRequestKeys : public hooks::RequestKeys {
 public:
  Result<state::SeenRequest> begin(const state::KeyedRequest& request) override {
    using State = state::SeenRequest::State;
    const auto [place, is_new] =
        seen_.try_emplace(name_of(request), std::string(request.content), std::nullopt);
    if (is_new) {
      return state::SeenRequest{};
    }
    const auto& [content, answer] = place->second;
    if (content != request.content) {
      return state::SeenRequest{State::OtherContent};
    }
    return answer ? state::SeenRequest{State::Answered, *answer}
                  : state::SeenRequest{State::AtWork};
  }

  void finish(const state::KeyedRequest& request, const state::KeptAnswer& answer) override {
    seen_.at(name_of(request)).second = answer;
  }

  void forget(const state::KeyedRequest& request) override { seen_.erase(name_of(request)); }

 private:
  static std::string name_of(const state::KeyedRequest& request) {
    return std::string(request.owner) + "\n" + std::string(request.key);
  }

  std::map<std::string, std::pair<std::string, std::optional<state::KeptAnswer>>> seen_;
};

}  // namespace minpaas::test
