#include "sshd/commands/invocation.h"

#include <fmt/format.h>

#include <array>

#include "core/base/text.h"

namespace minpaas::sshd::commands {
namespace {

/// A person may paste; a program that sends nothing for this long has gone wrong.
constexpr std::chrono::minutes kInputPatience{5};

}  // namespace

Result<std::string> Invocation::read_input(std::size_t most_bytes, std::string_view what) {
  if (has_terminal) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("{} is read from standard input, which is a terminal here", what),
                 "leave out `ssh -t` and send a file: ssh minpaas COMMAND < FILE", ""};
  }
  std::string content;
  std::array<std::byte, 16 * 1024> buffer{};
  for (;;) {
    const auto got = TRY(in.read(buffer, clock.steady() + kInputPatience));
    if (got == 0) {
      return content;
    }
    content.append(reinterpret_cast<const char*>(buffer.data()), got);
    if (content.size() > most_bytes) {
      return Error{ErrorCode::InvalidInput,
                   fmt::format("{} has more than {} bytes", what, most_bytes), "", ""};
    }
  }
}

Result<std::optional<int>> number_option(const Arguments& args, std::string_view name, int least,
                                         int most) {
  const auto text = args.value(name);
  if (!text) {
    return std::optional<int>();
  }
  const auto number = TRY(parse_number(*text, fmt::format("--{}", name), least, most));
  return std::optional(static_cast<int>(number));
}

}  // namespace minpaas::sshd::commands
