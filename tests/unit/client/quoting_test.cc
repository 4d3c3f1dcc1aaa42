// The client and the server have each half of a promise: every word arrives as it was typed.
#include <gmock/gmock.h>

#include "cmd/minpaas/app_words.h"
#include "cmd/minpaas/ssh.h"
#include "core/app/app_name.h"
#include "sshd/commands/exec_line.h"

namespace minpaas::client {
namespace {

std::vector<std::string> arrive(const std::vector<std::string>& words) {
  const auto split = sshd::commands::split_exec_line(exec_line(words));
  EXPECT_TRUE(split) << split.error().message;
  std::vector<std::string> texts;
  for (const auto& word : *split) {
    EXPECT_FALSE(word.lost_quotes) << word.text;
    texts.push_back(word.text);
  }
  return texts;
}

TEST(Quoting, CarriesEveryByte) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) {
    all += static_cast<char>(byte);
    const std::vector<std::string> words{"config:set",
                                         "K=" + std::string(1, static_cast<char>(byte)),
                                         std::string(1, static_cast<char>(byte)) + "x"};
    EXPECT_EQ(arrive(words), words) << byte;
  }
  const std::vector<std::string> words{all, "K=" + all, all + all};
  EXPECT_EQ(arrive(words), words);
}

TEST(Quoting, CarriesWordsThatAShellWouldTakeApart) {
  const std::vector<std::string> words{
      "config:set", "",   "two words", "it's",      "A={\"b\":1}", "$HOME `x` $(y)",
      "a\nb\r\n",   "\\", "'",         "\"",        "-",           "--",
      "#comment",   "*",  "a;b|c&d>e", "A=C:\\dir", "~",           "!"};
  EXPECT_EQ(arrive(words), words);
}

TEST(AppName, IsTheServers) {
  for (const char* name : {"a", "blog", "a-b", "x1", "1x", "-x", "x-", "A", "", "a_b", "a.b", "a/b",
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_EQ(is_app_name(name), AppName::parse(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace minpaas::client
