#include <fmt/format.h>

#include "cmd/command_docs/writers.h"

namespace minpaas::command_docs {
namespace {

/// A raw string literal. Compilers take 65,536 bytes in one at least; help texts are far below.
std::string literal(std::string_view text) {
  return fmt::format("R\"help({})help\"", text);
}

std::string_view place_name(AppPlace place) {
  switch (place) {
    case AppPlace::None:
      return "None";
    case AppPlace::First:
      return "First";
    case AppPlace::Option:
      return "Option";
  }
  return "None";
}

std::string options_of(const Page& page, std::size_t number) {
  if (page.options.empty()) {
    return "";
  }
  std::string text = fmt::format("constexpr VerbOption kOptions{}[] = {{\n", number);
  for (const auto& option : page.options) {
    text += fmt::format("    {{\"{}\", {}, {}}},\n", option.name,
                        option.letter == 0 ? "0" : fmt::format("'{}'", option.letter),
                        option.value.empty() ? "false" : "true");
  }
  return text + "};\n";
}

std::string entry(const Page& page, const std::string& name, std::size_t number) {
  return fmt::format("    {{\"{}\", AppPlace::{}, {}, {}, {}, kHelp{}}},\n", name,
                     place_name(page.app), page.most_words, page.runs_program,
                     page.options.empty() ? "{}" : fmt::format("kOptions{}", number), number);
}

}  // namespace

std::string client_table(const std::vector<Page>& all) {
  std::string constants;
  std::string entries;
  for (std::size_t number = 0; number < all.size(); ++number) {
    const Page& page = all[number];
    constants += options_of(page, number);
    constants += fmt::format("constexpr std::string_view kHelp{} =\n    {};\n", number,
                             literal(help_text(page)));
    entries += entry(page, page.verb, number);
    if (!page.alias.empty()) {
      entries += entry(page, page.alias, number);
    }
  }
  return fmt::format(
      "// Made from the command table by cmd/command_docs.\n"
      "#include \"cmd/minpaas/verbs.h\"\n\n"
      "namespace minpaas::client {{\nnamespace {{\n\n{}\n"
      "constexpr Verb kVerbs[] = {{\n{}}};\n\n}}  // namespace\n\n"
      "std::span<const Verb> verbs() {{\n  return kVerbs;\n}}\n\n"
      "std::string_view overview() {{\n  return {};\n}}\n\n}}  // namespace minpaas::client\n",
      constants, entries, literal(overview(all)));
}

}  // namespace minpaas::command_docs
