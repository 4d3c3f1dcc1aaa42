#include "core/router/haproxy_map.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace minpaas::router {
namespace {

/// Key and value stand in the two columns from `first` on.
HaproxyMap parse_columns(std::string_view text, std::size_t first) {
  HaproxyMap map;
  for (const std::string_view line : split(text, '\n')) {
    const auto words = split(trim(line), ' ');
    if (words.size() == first + 2 && !line.starts_with('#')) {
      map.emplace(words[first], words[first + 1]);
    }
  }
  return map;
}

}  // namespace

std::string render_host_lookup(std::string_view variable, const std::filesystem::path& file) {
  return fmt::format(
      "  http-request set-var({0}) var(txn.host),map({1})\n"
      "  http-request set-var({0}) var(txn.host),regsub(^[^.]+,*),map({1}) "
      "if !{{ var({0}) -m found }}\n",
      variable, file.string());
}

HaproxyMap parse_map_file(std::string_view text) {
  return parse_columns(text, 0);
}

HaproxyMap parse_shown_map(std::string_view answer) {
  return parse_columns(answer, 1);
}

Result<void> apply_map(const HaproxyCli& cli, int worker, const std::filesystem::path& file,
                       const HaproxyMap& wanted) {
  const std::string path = file.string();
  const std::string shown = TRY(cli.ask_worker(worker, "show map " + path));
  if (!shown.starts_with("0x") && !trim(shown).empty()) {
    return Error{ErrorCode::Failed, "HAProxy does not know a map", "", std::string(trim(shown))};
  }
  const HaproxyMap present = parse_shown_map(shown);
  for (const auto& [key, value] : wanted) {
    const auto known = present.find(key);
    if (known == present.end()) {
      TRY(cli.change_worker(worker, fmt::format("add map {} {} {}", path, key, value), ""));
    } else if (known->second != value) {
      TRY(cli.change_worker(worker, fmt::format("set map {} {} {}", path, key, value), ""));
    }
  }
  for (const auto& [key, value] : present) {
    if (!wanted.contains(key)) {
      TRY(cli.change_worker(worker, fmt::format("del map {} {}", path, key), ""));
    }
  }
  return {};
}

}  // namespace minpaas::router
