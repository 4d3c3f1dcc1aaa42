#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/command_words.h"
#include "http/head_check.h"
#include "sshd/commands/arguments.h"

using namespace minpaas::http;

/// `METHOD TARGET`, a line end, then a body: what strangers send before and after they are known.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_head(text);
  check_head(std::string(text) + "\r\n\r\n");
  const auto end = text.find('\n');
  const auto blank = text.find(' ');
  if (end == std::string_view::npos || blank > end) {
    return 0;
  }
  Request request{.method = std::string(text.substr(0, blank)),
                  .target = std::string(text.substr(blank + 1, end - blank - 1))};
  request.headers["content-type"] = "application/json";
  request.body = text.substr(end + 1);
  const auto target = parse_target(request.target);
  if (std::holds_alternative<Problem>(target)) {
    return 0;
  }
  for (const std::string& segment : std::get<Target>(target).segments) {
    if (segment == ".." || segment.find('/') != std::string::npos) {
      std::abort();
    }
  }
  const auto match = find_route(request.method, std::get<Target>(target).segments);
  if (std::holds_alternative<Problem>(match)) {
    return 0;
  }
  const auto& found = std::get<RouteMatch>(match);
  const auto call = command_words(*found.route, found, std::get<Target>(target), request);
  if (found.route->command != nullptr && std::holds_alternative<CommandWords>(call)) {
    // No value becomes an option that the route does not offer.
    const auto args = minpaas::sshd::commands::Arguments::parse(*found.route->command,
                                                                std::get<CommandWords>(call).words);
    if (args && (args->has("help") || args->has("json"))) {
      std::abort();
    }
  }
  return 0;
}
