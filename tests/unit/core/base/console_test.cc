#include "core/base/console.h"

#include <gtest/gtest.h>

#include <csignal>

namespace minpaas {
namespace {

TEST(Signals, HaveTheNamesOfTheProtocolAndTheNumbersOfTheSystem) {
  EXPECT_EQ(parse_signal("TERM"), Signal::Term);
  EXPECT_EQ(parse_signal("INT"), Signal::Int);
  EXPECT_EQ(to_string(Signal::Usr1), "USR1");
  EXPECT_EQ(number_of(Signal::Kill), SIGKILL);
}

TEST(Signals, ThatAreNoneAreNotParsed) {
  for (const char* name : {"", "SIGTERM", "term", "STOP", "TERM ", "sig@example.org"}) {
    EXPECT_FALSE(parse_signal(name)) << name;
  }
}

}  // namespace
}  // namespace minpaas
