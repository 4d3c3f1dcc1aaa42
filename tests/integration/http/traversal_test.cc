// Names in paths that lead elsewhere, for every route, before a server with real files.
#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "core/base/text.h"
#include "http/route.h"
#include "tests/integration/http/api_bed.h"

namespace minpaas::http {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

/// Refused by whoever reads the path.
const std::vector<std::string> kNoNames{"..",
                                        "%2e%2e",
                                        "%2E%2E%2f%2E%2E",
                                        "..%2f..%2fetc%2fpasswd",
                                        "a/../b",
                                        ".",
                                        "%00",
                                        "blog%00",
                                        "%0d%0aX:%20y",
                                        "blog%0d%0aSet-Cookie:%20a=b",
                                        "%0a",
                                        "%1b[2J",
                                        "%7f",
                                        "a%2fb",
                                        "%2",
                                        "%zz"};

/// Names as far as the path goes, and of nothing that is there.
const std::vector<std::string> kOddNames{"..%5c..%5cetc", "%252e%252e", "...",    "~root",
                                         "--help",        "-n",         "%80%ff", "*"};

std::string usual_value(std::string_view field) {
  return field == "name" ? "blog" : "none";
}

/// A target of the route for each of its path fields, with `name` in its place.
std::vector<std::string> targets_of(const Route& route, const std::string& name) {
  std::vector<std::string> targets;
  const auto parts = split(route.pattern.substr(1), '/');
  for (std::size_t place = 0; place < parts.size(); ++place) {
    if (!parts[place].starts_with('{')) {
      continue;
    }
    std::string target;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const bool is_field = parts[i].starts_with('{');
      target += "/" + (i == place ? name
                       : is_field ? usual_value(parts[i].substr(1, parts[i].size() - 2))
                                  : std::string(parts[i]));
    }
    targets.push_back(target);
  }
  return targets;
}

class NamesInPaths : public testing::Test {
 protected:
  NamesInPaths() { api_.token = api_.token_of("carol", minpaas::Role::Admin); }

  /// All files but those that SQLite writes by itself.
  std::set<std::string> files() {
    std::set<std::string> files;
    const auto folder = api_.bed.folder.path();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().filename().string().find("minpaas.db") == std::string::npos) {
        files.insert(entry.path().string());
      }
    }
    return files;
  }

  /// For every path field of every route.
  template <typename Expect>
  int walk(const std::vector<std::string>& names, const Expect& expect) {
    int walked = 0;
    for (const Route& route : route_table()) {
      for (const std::string& name : names) {
        for (const std::string& target : targets_of(route, name)) {
          const Reply reply = api_.ask(std::string(route.method), target);
          expect(reply, std::string(route.method) + " " + target);
          ++walked;
        }
      }
    }
    return walked;
  }

  static void expect_plain_problem(const Reply& reply, const std::string& what) {
    EXPECT_EQ(reply.content_type, "application/problem+json") << what;
    for (const auto& [name, value] : reply.headers) {
      EXPECT_THAT(name + value, AllOf(Not(HasSubstr("\r")), Not(HasSubstr("\n")))) << what;
    }
    EXPECT_THAT(reply.body, Not(HasSubstr("root:"))) << what;
  }

  test::ApiBed api_;
};

TEST_F(NamesInPaths, ThatLeadElsewhereAreRefusedBeforeAnyCommand) {
  const auto before = files();
  const auto rows = api_.server().event_store.list({})->size();
  const int walked = walk(kNoNames, [](const Reply& reply, const std::string& what) {
    EXPECT_EQ(reply.status, 400) << what;
    expect_plain_problem(reply, what);
  });
  EXPECT_GT(walked, 500);
  EXPECT_EQ(files(), before);
  EXPECT_EQ(api_.server().event_store.list({})->size(), rows);
}

TEST_F(NamesInPaths, ThatAreOddAreOfNothingThatIsThere) {
  const auto before = files();
  walk(kOddNames, [](const Reply& reply, const std::string& what) {
    EXPECT_THAT(reply.status, AnyOf(404, 405, 409, 422)) << what << reply.body;
    expect_plain_problem(reply, what);
  });
  EXPECT_EQ(files(), before);
  EXPECT_EQ(api_.server().apps.list()->size(), 1U);
}

}  // namespace
}  // namespace minpaas::http
