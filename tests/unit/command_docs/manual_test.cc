#include <gmock/gmock.h>

#include "cmd/command_docs/roff.h"
#include "cmd/command_docs/writers.h"

namespace minpaas::command_docs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Roff, ShowsWhatItWouldTakeForItsOwn) {
  EXPECT_EQ(roff::text(".TH\n'x\\n"), "\\&.TH\n\\(aqx\\en");
  EXPECT_EQ(roff::text("a-b ~ ^ ` \""), "a\\-b \\(ti \\(ha \\(ga \\(dq");
  EXPECT_EQ(roff::verbatim("a\n\n  b"), ".nf\na\n\\&\n  b\n.fi\n");
}

TEST(Choices, AreWordsAndNoNames) {
  EXPECT_THAT(choices_of("shell|json|env"), ElementsAre("shell", "json", "env"));
  for (const char* name : {"N", "NAME|ID", "on", "K=V", ""}) {
    EXPECT_THAT(choices_of(name), IsEmpty()) << name;
  }
}

TEST(SettingsManual, HasSectionsSettingsAndWhy) {
  const auto page = settings_manual(
      "# Every setting.\n#\n# More.\n\n[ssh]\n# Two share this.\n#first = 1\n#second =\n# Alone.\n"
      "third = yes\n",
      "2026-01-02");
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_THAT(*page, HasSubstr("Every setting.\n.sp\nMore.\n.SH [ssh]\n"
                               ".TP\n.B \"first = 1\"\n.TQ\n.B \"second =\"\nTwo share this.\n"
                               ".TP\n.B \"third = yes\"\nAlone.\n"));
  EXPECT_THAT(*page, HasSubstr(".TH MINPAAS.INI 5 2026-01-02 "));
}

TEST(SettingsManual, RefusesAFileThatItDoesNotUnderstand) {
  EXPECT_EQ(settings_manual("[ssh]\nnonsense\n", "").error().code, ErrorCode::InvalidInput);
}

TEST(ClientManual, HasEveryCommandAndOption) {
  const auto all = pages();
  const std::string page = client_manual(all, "2026-01-02");
  for (const Page& each : all) {
    EXPECT_THAT(page, HasSubstr(".SS " + roff::word(each.verb))) << each.verb;
    for (const auto& option : each.options) {
      EXPECT_THAT(page, HasSubstr(roff::word(option_text(option)))) << each.verb;
    }
  }
  EXPECT_THAT(page, Not(HasSubstr("ssh minpaas")));
}

}  // namespace
}  // namespace minpaas::command_docs
