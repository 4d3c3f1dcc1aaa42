#include "tests/support/fake_acme.h"

#include "tests/support/certificate_maker.h"

namespace minpaas::test {

Result<void> FakeAcme::ready() const {
  const auto missing = state_.with([](const State& state) { return state.script.missing; });
  return missing ? Result<void>(*missing) : Result<void>();
}

Result<Secret> FakeAcme::obtain(const std::string& host, const std::stop_token& /*stop*/) {
  TRY(ready());
  Script script;
  state_.update([&](State& state) {
    state.asked.push_back(host);
    script = state.script;
  });
  if (script.refusal) {
    return *script.refusal;
  }
  // As authorities do: it began a little before now.
  return Secret(make_certificate({.names = {host}, .begins = -2, .ends = script.lifetime}).pem());
}

}  // namespace minpaas::test
