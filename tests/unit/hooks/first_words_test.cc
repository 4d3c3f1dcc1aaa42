#include "hooks/programs/first_words.h"

#include <gtest/gtest.h>

#include <vector>

namespace minpaas::hooks {
namespace {

const std::string kInit = "[FATAL tini (7)] exec nope failed: No such file or directory\n";
const std::string kEngine =
    "OCI runtime exec failed: exec failed: unable to start container process: exec: \"nope\": "
    "executable file not found in $PATH: unknown\r\n";

/// What is passed on of the pieces, to the end.
std::string pass_all(FirstWords& words, const std::vector<std::string>& pieces) {
  std::string passed;
  for (const std::string& piece : pieces) {
    passed += words.pass(piece);
  }
  return passed + words.rest();
}

TEST(FirstWords, OfAProgramArePassedOnAtOnce) {
  for (const std::string text : {"hello", "\n", "[user@host]$ ", "Only", "[FATAL x] y"}) {
    FirstWords words;
    EXPECT_EQ(words.pass(text), text);
    EXPECT_TRUE(words.is_decided() && words.is_any());
    EXPECT_FALSE(words.is_not_started());
    EXPECT_EQ(words.pass(kInit), kInit) << "only the first can be the engine's";
  }
}

TEST(FirstWords, OfTheEngineAreKeptBackHoweverTheyAreCut) {
  for (const std::string& text : {kInit, kEngine}) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      FirstWords words;
      EXPECT_EQ(pass_all(words, {text.substr(0, cut), text.substr(cut)}), "") << cut;
      EXPECT_TRUE(words.is_not_started() && words.is_not_there()) << cut;
    }
    FirstWords words;
    std::vector<std::string> bytes;
    for (const char byte : text) {
      bytes.emplace_back(1, byte);
    }
    EXPECT_EQ(pass_all(words, bytes), "");
    EXPECT_TRUE(words.is_not_there());
  }
}

TEST(FirstWords, OfTheEngineMayEndWithoutALineEnd) {
  FirstWords words;
  EXPECT_EQ(pass_all(words, {"[FATAL tini (7)] exec ./x failed: ", "Permission denied"}), "");
  EXPECT_TRUE(words.is_not_started());
  EXPECT_FALSE(words.is_not_there());
}

TEST(FirstWords, ThatOnlyLookLikeTheEnginesAreNotLost) {
  for (const std::string text :
       {"[FATAL tini (7)] Unexpected error\nmore\n", "[FA", "OCI", "O\n"}) {
    FirstWords words;
    EXPECT_EQ(pass_all(words, {text.substr(0, 1), text.substr(1)}), text);
    EXPECT_FALSE(words.is_not_started()) << text;
  }
  FirstWords words;
  const std::string endless = "[FATAL tini (" + std::string(9000, 'x');
  EXPECT_EQ(words.pass(endless), endless);
}

TEST(FirstWords, AreMissingWhenNothingWasPrinted) {
  FirstWords words;
  EXPECT_EQ(words.rest(), "");
  EXPECT_FALSE(words.is_any());
}

}  // namespace
}  // namespace minpaas::hooks
