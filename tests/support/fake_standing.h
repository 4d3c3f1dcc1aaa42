#pragma once

#include "hooks/service/standing.h"

namespace minpaas::test {

/// Everyone stays who they are, with every right, until it is said otherwise. Thread: any.
class FakeStanding : public hooks::Standing {
 public:
  /// From now on nobody may go on.
  void lose(const std::string& why) {
    loss_.with([&](std::optional<Error>& loss) {
      loss = Error{ErrorCode::PermissionDenied, why, "", ""};
    });
  }

  Result<Actor> renew(const Actor& actor) override {
    const auto loss = loss_.with([](const std::optional<Error>& held) { return held; });
    return loss ? Result<Actor>(*loss) : actor;
  }

  Result<std::optional<std::string>> right_to(const Actor& /*actor*/, const AppName& app,
                                              AppRight /*right*/) override {
    return std::optional(app.str());
  }

  Result<bool> keeps_right(const Actor& /*actor*/, const std::string& /*label*/,
                           AppRight /*right*/) override {
    return true;
  }

  Result<void> require(const Actor& /*actor*/, const AppName& /*app*/,
                       AppRight /*right*/) override {
    return {};
  }

 private:
  Guarded<std::optional<Error>> loss_;
};

}  // namespace minpaas::test
