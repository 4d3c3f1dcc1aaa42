#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/guarded.h"
#include "hooks/routing/acme_client.h"

namespace minpaas::test {

/// An authority that signs what it is asked for, or refuses it. Thread: any.
class FakeAcme : public hooks::AcmeClient {
 public:
  struct Script {
    /// Instead of a certificate.
    std::optional<Error> refusal = std::nullopt;
    /// What keeps the client from working.
    std::optional<Error> missing = std::nullopt;
    /// Seconds that a certificate is valid.
    long lifetime = 90L * 24 * 3600;
  };

  void set(Script script) {
    state_.update([&](State& state) { state.script = std::move(script); });
  }

  /// Hosts of all calls.
  [[nodiscard]] std::vector<std::string> asked() const {
    return state_.with([](const State& state) { return state.asked; });
  }

  Result<void> ready() const override;
  Result<Secret> obtain(const std::string& host, const std::stop_token& stop) override;

 private:
  struct State {
    Script script;
    std::vector<std::string> asked;
  };

  Guarded<State> state_;
};

}  // namespace minpaas::test
