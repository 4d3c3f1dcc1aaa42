#include "core/router/request_batch.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace minpaas::router {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string line(const std::string& app, int at, const std::string& path = "/") {
  return fmt::format("{} app-{} c-1 200 1 2 -- ::1 {{h|i}} GET {}\n", at, app, path);
}

std::vector<std::string> paths(const std::vector<RequestLine>& lines) {
  std::vector<std::string> found;
  for (const RequestLine& request : lines) {
    found.push_back(request.text.substr(4, request.text.find(' ', 4) - 4));
  }
  return found;
}

class Batch : public testing::Test {
 protected:
  RequestNames names_{
      .apps = {{"app-blog", *AppName::parse("blog")}, {"app-shop", *AppName::parse("shop")}}};
  RequestBatch batch_;
};

TEST_F(Batch, JoinsWhatWasCut) {
  const std::string text = line("blog", 1, "/a") + line("blog", 2, "/b");
  for (const char letter : text) {
    batch_.feed({&letter, 1}, names_);
  }
  EXPECT_THAT(paths(batch_.take()), ElementsAre("/a", "/b"));
  EXPECT_TRUE(batch_.empty());
}

TEST_F(Batch, KeepsALineThatHasNotEnded) {
  const std::string text = line("blog", 1, "/a");
  batch_.feed(text.substr(0, 20), names_);
  EXPECT_TRUE(batch_.empty());
  EXPECT_THAT(batch_.take(), IsEmpty());
  batch_.feed(text.substr(20), names_);
  EXPECT_THAT(paths(batch_.take()), ElementsAre("/a"));
}

TEST_F(Batch, IsInOrderOfTheEnds) {
  batch_.feed(line("blog", 3, "/c") + line("shop", 1, "/a") + line("blog", 2, "/b"), names_);
  EXPECT_THAT(paths(batch_.take()), ElementsAre("/a", "/b", "/c"));
}

TEST_F(Batch, SaysHowManyABusyAppHasBeyondItsBound) {
  for (int i = 0; i < static_cast<int>(kMostRequestsPerApp) + 7; ++i) {
    batch_.feed(line("blog", 10 + i), names_);
  }
  batch_.feed(line("shop", 5000), names_);
  const auto lines = batch_.take();
  ASSERT_THAT(lines, SizeIs(kMostRequestsPerApp + 2));
  const RequestLine& said = lines[kMostRequestsPerApp];
  EXPECT_EQ(said.text, "7 more requests at this time, not shown");
  EXPECT_EQ(said.app.str(), "blog");
  EXPECT_EQ(lines.back().app.str(), "shop");
  batch_.feed(line("blog", 1, "/next"), names_);
  EXPECT_THAT(paths(batch_.take()), ElementsAre("/next"));
}

TEST_F(Batch, TakesNoPartOfAnEndlessLineForALine) {
  batch_.feed(std::string(10000, 'x'), names_);
  batch_.feed(line("blog", 1, "/forged"), names_);
  batch_.feed(line("blog", 2, "/next"), names_);
  EXPECT_THAT(paths(batch_.take()), ElementsAre("/next"));
  batch_.feed(std::string(10000, 'x') + "\n" + line("blog", 3, "/third"), names_);
  EXPECT_THAT(paths(batch_.take()), ElementsAre("/third"));
}

}  // namespace
}  // namespace minpaas::router
