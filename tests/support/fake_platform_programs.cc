// The programs that FakePlatform runs.
#include <fmt/format.h>

#include <array>

#include "tests/support/fake_platform.h"

namespace minpaas::test {
namespace {

hooks::ProgramOutcome copy(ExecStreams& peer) {
  std::array<std::byte, 4096> block;
  for (;;) {
    const auto got = peer.in.read(block, std::chrono::steady_clock::now() + seconds(60));
    if (!got || *got == 0 || !peer.out.write(std::span(block).first(*got))) {
      return {got ? 0 : 1, ""};
    }
  }
}

hooks::ProgramOutcome play_program(const hooks::ProgramRequest& request, ExecStreams& peer,
                                   std::string_view where) {
  const auto& words = request.words;
  if (words[0] == "cat") {
    return copy(peer);
  }
  if (words[0] == "echo") {
    static_cast<void>(
        peer.out.write(fmt::format("{}\n", fmt::join(std::span(words).subspan(1), " ")))
            .has_value());
    return {0, ""};
  }
  if (words[0] == "exit" && words.size() == 2) {
    return {std::stoi(words[1]), ""};
  }
  if (words[0] == "kill-me") {
    return {137, "the program used more memory than its limit of 512 MB"};
  }
  return {127, fmt::format("there is no program '{}' in {}", words[0], where)};
}

}  // namespace

Result<hooks::ProgramOutcome> FakePlatform::run(const Actor& /*actor*/, const AppName& name,
                                                const hooks::ProgramRequest& request,
                                                ExecStreams& peer) {
  const App* app = TRY(find(name));
  last_program = request;
  if (app->live() == nullptr) {
    return Error{ErrorCode::Conflict, "nothing was pushed to this app yet",
                 "push it with git first", ""};
  }
  return play_program(request, peer, "the image of " + name.str());
}

Result<hooks::ProgramOutcome> FakePlatform::exec(const Actor& /*actor*/, const AppName& name,
                                                 const ProcessType& process, int index,
                                                 const hooks::ProgramRequest& request,
                                                 ExecStreams& peer) {
  const App* app = TRY(find(name));
  last_program = request;
  const std::string which = fmt::format("{}.{}", process.str(), index);
  if (app->live() == nullptr || which != "web.1") {
    return Error{ErrorCode::NotFound, fmt::format("{} has no process {}", name.str(), which),
                 "list them: ps " + name.str(), ""};
  }
  return play_program(request, peer, which);
}

}  // namespace minpaas::test
