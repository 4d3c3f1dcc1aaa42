#include "core/app/procfile.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

TEST(Procfile, ReadsTypesAndCommands) {
  auto commands =
      parse_procfile("# comment\nweb: gunicorn app:app -b 0.0.0.0:$PORT\r\n\nworker: run: x\n");
  ASSERT_TRUE(commands) << commands.error().message;
  EXPECT_EQ(commands->at(ProcessType::web()), "gunicorn app:app -b 0.0.0.0:$PORT");
  EXPECT_EQ(commands->at(*ProcessType::parse("worker")), "run: x");
}

TEST(Procfile, ErrorsNameTheLine) {
  for (const char* text : {"web: a\nweb b", "web: a\n: b", "web: a\nweb: b", "web: a\nWeb: b",
                           "web: a\nworker:", "web: a\nrun: b"}) {
    auto commands = parse_procfile(text);
    ASSERT_FALSE(commands) << text;
    EXPECT_NE(commands.error().message.find("line 2"), std::string::npos)
        << commands.error().message;
  }
}

}  // namespace
}  // namespace minpaas
