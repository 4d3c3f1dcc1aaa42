#include "sshd/commands/paging.h"

#include <algorithm>
#include <limits>

#include "core/base/text.h"
#include "sshd/commands/invocation.h"

namespace minpaas::sshd::commands {
namespace {

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

Option after_option(std::string_view word) {
  return {"after", 0, word, "only what stands behind this one: the next part of the list"};
}

Result<state::Page> parse_page(const Arguments& args, int usual) {
  state::Page page(TRY(number_option(args, "limit", 1, kMostRows)).value_or(usual));
  if (const auto text = args.value("before")) {
    page.before = TRY(
        parse_number(without_v(*text), "--before", 1, std::numeric_limits<std::int64_t>::max()));
  }
  return page;
}

Result<std::pair<std::size_t, std::size_t>> part_of(const Arguments& args,
                                                    const std::vector<std::string>& keys,
                                                    ListOrder order) {
  const auto limit = TRY(number_option(args, "limit", 1, kMostRows));
  std::size_t begin = 0;
  if (const auto after = args.value("after")) {
    const auto behind = order == ListOrder::ByKey
                            ? std::ranges::upper_bound(keys, *after)
                            : std::ranges::find(keys.rbegin(), keys.rend(), *after).base();
    if (order == ListOrder::Other && behind == keys.begin()) {
      return Error{ErrorCode::NotFound, "what --after names is not in the list",
                   "it may be gone by now: read the list from its begin", ""};
    }
    begin = static_cast<std::size_t>(behind - keys.begin());
  }
  const std::size_t most = limit ? static_cast<std::size_t>(*limit) : keys.size();
  return std::pair(begin, std::min(keys.size(), begin + most));
}

}  // namespace minpaas::sshd::commands
