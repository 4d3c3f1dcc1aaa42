#include "cmd/minpaas/verbs.h"

#include <algorithm>

namespace minpaas::client {
namespace {

template <typename Item, typename Matches>
const Item* first(std::span<const Item> all, Matches matches) {
  const auto found = std::find_if(all.begin(), all.end(), matches);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

const Verb* find_verb(std::string_view name) {
  return first(verbs(), [&](const Verb& verb) { return verb.name == name; });
}

const VerbOption* find_option(const Verb& verb, std::string_view name) {
  return first(verb.options, [&](const VerbOption& option) { return option.name == name; });
}

const VerbOption* find_option(const Verb& verb, char letter) {
  return first(verb.options, [&](const VerbOption& option) { return option.letter == letter; });
}

}  // namespace minpaas::client
