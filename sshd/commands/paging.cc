#include "sshd/commands/paging.h"

#include <limits>

#include "core/base/text.h"
#include "sshd/commands/invocation.h"

namespace minpaas::sshd::commands {
namespace {

constexpr int kMostRows = 1000;

/// `v7` is a number too.
std::string_view without_v(std::string_view text) {
  return text.starts_with('v') ? text.substr(1) : text;
}

}  // namespace

Option limit_option(std::string_view help) {
  return {"limit", 'n', "N", help};
}

Option before_option(std::string_view word) {
  return {"before", 0, word, "only what is older than this one: the next part of the list"};
}

Result<state::Page> parse_page(const Arguments& args, int usual) {
  state::Page page(TRY(number_option(args, "limit", 1, kMostRows)).value_or(usual));
  if (const auto text = args.value("before")) {
    page.before = TRY(
        parse_number(without_v(*text), "--before", 1, std::numeric_limits<std::int64_t>::max()));
  }
  return page;
}

}  // namespace minpaas::sshd::commands
