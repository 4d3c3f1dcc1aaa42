// Answers that are given again: with real rights, to actors who may have lost them since.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/http/api_bed.h"

namespace minpaas::http {
namespace {

using testing::HasSubstr;

/// Bob is a member with a token; `blog` is an app.
class AnswersGivenAgain : public testing::Test {
 protected:
  AnswersGivenAgain() { api_.token = api_.token_of("bob", minpaas::Role::Member); }

  minpaas::test::DeployBed::Server& server() { return api_.server(); }

  void grant(AppRight right) { ASSERT_TRUE(server().people.grant(bed_.admin, app_, "bob", right)); }

  Reply ask(const std::string& method, const std::string& target, const std::string& body,
            const std::string& key) {
    return api_.ask(method, target, body, key);
  }

  /// A change that takes the right to deploy.
  Reply show_maintenance(const std::string& key = "k1") {
    return ask("PUT", "/apps/blog/maintenance", "", key);
  }

  static bool is_replayed(const Reply& reply) {
    return std::ranges::count(reply.headers, std::pair<std::string, std::string>(
                                                 "Idempotent-Replayed", "true")) == 1;
  }

  /// As one who comes for the first time is.
  void expect_refused_like_a_new_one(const Reply& again, int status) {
    const Reply fresh = show_maintenance("another");
    EXPECT_EQ(again.status, status);
    EXPECT_EQ(again.status, fresh.status);
    EXPECT_EQ(again.body, fresh.body);
    EXPECT_FALSE(is_replayed(again));
  }

  std::string last_result() { return server().event_store.list({})->back().result; }

  test::ApiBed api_;
  minpaas::test::DeployBed& bed_ = api_.bed;
  AppName& app_ = api_.app;
};

TEST_F(AnswersGivenAgain, AreTheSameWhileTheRightHolds) {
  grant(AppRight::Deploy);
  const Reply first = show_maintenance();
  ASSERT_EQ(first.status, 200) << first.body;
  ASSERT_TRUE(server().people.grant(bed_.admin, app_, "bob", AppRight::Admin));
  const Reply again = show_maintenance();
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_TRUE(is_replayed(again));
}

TEST_F(AnswersGivenAgain, AreNotForWhomTheRightWasTakenFrom) {
  grant(AppRight::Deploy);
  ASSERT_EQ(show_maintenance().status, 200);
  ASSERT_TRUE(server().people.revoke(bed_.admin, app_, "bob"));
  const Reply again = show_maintenance();
  EXPECT_EQ(last_result(), "denied");
  expect_refused_like_a_new_one(again, 404);
  EXPECT_THAT(again.body, HasSubstr("there is no app blog"));
}

TEST_F(AnswersGivenAgain, AreNotForWhomALesserRightIsLeft) {
  grant(AppRight::Deploy);
  ASSERT_EQ(show_maintenance().status, 200);
  grant(AppRight::Read);
  const Reply again = show_maintenance();
  EXPECT_EQ(last_result(), "denied");
  expect_refused_like_a_new_one(again, 403);
}

TEST_F(AnswersGivenAgain, AreNotForAUserWhoIsGone) {
  grant(AppRight::Deploy);
  ASSERT_EQ(show_maintenance().status, 200);
  ASSERT_TRUE(server().people.remove_user(bed_.admin, "bob"));
  expect_refused_like_a_new_one(show_maintenance(), 401);
}

TEST_F(AnswersGivenAgain, AreNotOfAnAppThatSomeoneElseHasMadeAnew) {
  grant(AppRight::Deploy);
  ASSERT_EQ(show_maintenance().status, 200);
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, app_, false));
  expect_refused_like_a_new_one(show_maintenance(), 404);
  ASSERT_TRUE(bed_.platform().create_app(bed_.admin, app_));
  expect_refused_like_a_new_one(show_maintenance(), 404);
}

TEST_F(AnswersGivenAgain, AreNotForAnAdministratorOfBefore) {
  api_.token = api_.token_of("carol", minpaas::Role::Admin);
  const std::string body = R"({"name":"eve"})";
  ASSERT_EQ(ask("POST", "/users", body, "k1").status, 201);
  EXPECT_TRUE(is_replayed(ask("POST", "/users", body, "k1")));
  ASSERT_TRUE(server().people.add_user(bed_.admin, "root", minpaas::Role::Admin));
  ASSERT_TRUE(server().users.set_role("carol", minpaas::Role::Member));
  const Reply again = ask("POST", "/users", body, "k1");
  EXPECT_EQ(again.status, 403);
  EXPECT_EQ(again.body, ask("POST", "/users", body, "k2").body);
}

TEST_F(AnswersGivenAgain, AreThoseOfTheEndOfAnAppToo) {
  grant(AppRight::Admin);
  const Reply renamed = ask("POST", "/apps/blog/rename", R"({"new_name":"journal"})", "k1");
  ASSERT_EQ(renamed.status, 200) << renamed.body;
  const Reply again = ask("POST", "/apps/blog/rename", R"({"new_name":"journal"})", "k1");
  EXPECT_EQ(again.body, renamed.body);
  ASSERT_EQ(ask("DELETE", "/apps/journal", "", "k2").status, 200);
  EXPECT_TRUE(is_replayed(ask("DELETE", "/apps/journal", "", "k2")));
  EXPECT_EQ(ask("POST", "/apps/blog/rename", R"({"new_name":"journal"})", "k1").status, 404);
}

TEST_F(AnswersGivenAgain, AreThoseOfTheBeginOfAnAppToo) {
  const std::string body = R"({"name":"shop"})";
  ASSERT_EQ(ask("POST", "/apps", body, "k1").status, 201);
  EXPECT_TRUE(is_replayed(ask("POST", "/apps", body, "k1")));
  const AppName shop = *AppName::parse("shop");
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, shop, false));
  ASSERT_TRUE(bed_.platform().create_app(bed_.admin, shop));
  EXPECT_EQ(ask("POST", "/apps", body, "k1").status, 404);
}

}  // namespace
}  // namespace minpaas::http
