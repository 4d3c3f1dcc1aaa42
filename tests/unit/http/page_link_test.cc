#include "http/page_link.h"

#include <gtest/gtest.h>

#include <string>

namespace minpaas::http {
namespace {

/// The header of an answer to `GET /apps?limit=SIZE`; empty: it has none.
std::string link(const std::string& list, int size, Answer answer = Answer::Json,
                 std::string_view page_key = "name") {
  const auto match = std::get<RouteMatch>(find_route("GET", {"apps"}));
  Route route = *match.route;
  route.answer = answer;
  route.page_key = page_key;
  Reply reply{.status = 200, .body = list};
  add_next_link(route, {.method = "GET", .target = "/apps?limit=1"}, size, reply);
  return reply.headers.empty() ? "" : reply.headers.front().second;
}

TEST(PageLink, LeadsBehindTheLastRowOfAFullPart) {
  const std::string two = "[\n  {\n    \"name\": \"a\"\n  },\n  {\n    \"name\": \"b\"\n  }\n]\n";
  EXPECT_EQ(link(two, 2), "</apps?limit=2&after=b>; rel=\"next\"");
  EXPECT_EQ(link(two, 3), "");
  EXPECT_EQ(link("[]\n", 0), "");
}

TEST(PageLink, CountsNoBracketsInTexts) {
  EXPECT_EQ(
      link(R"([{"name":"]}[{\"\\","of":[{"name":"x"},[{}]]},{"name":"a&b","to":"\\\"]"}])", 2),
      "</apps?limit=2&after=a%26b>; rel=\"next\"");
}

TEST(PageLink, LeadsBeforeTheFirstOfLinesByANumber) {
  EXPECT_EQ(link(R"([{"seq":7},{"seq":8}])", 2, Answer::Lines, "seq"),
            "</apps?limit=2&after=7>; rel=\"next\"");
}

TEST(PageLink, IsLeftOutWhereThereIsNoListOfRows) {
  for (const char* body :
       {R"({"name":"a"})", R"([{"other":"a"}])", R"(["a"])", "[{\"name\":\"a", ""}) {
    EXPECT_EQ(link(body, 1), "") << body;
  }
}

}  // namespace
}  // namespace minpaas::http
