#include "hooks/service/standing.h"

#include <gmock/gmock.h>

#include "core/base/file.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/known_keys.h"

namespace minpaas::hooks {
namespace {

using testing::HasSubstr;

/// The bed's watch looks every 20 ms.
constexpr seconds kPatience{30};

class StandingOfActors : public testing::Test {
 protected:
  using Watched = StandingWatch::Watched;

  StandingOfActors() {
    EXPECT_TRUE(server().people.add_user(bed_.admin, "bob", Role::Member));
    EXPECT_TRUE(write_file_atomically(bed_.settings.access.admin_keys,
                                      std::string(test::kEcdsa256.line) + "\n", 0600));
  }

  test::DeployBed::Server& server() { return bed_.server(); }

  Actor log_in(const std::string& user, Role role) {
    EXPECT_TRUE(server().people.add_key(
        bed_.admin,
        {.name = "key", .user = user, .role = role, .public_key = test::kEd25519.line}));
    return *server().keys.find_actor(test::kEd25519.fingerprint,
                                     state::PublicKey::parse(test::kEd25519.line)->blob_base64,
                                     "192.0.2.1:4022");
  }

  Actor with_token(const Actor& owner, std::optional<milliseconds> lifetime = std::nullopt) {
    const auto made = server().tokens.create(owner, {"t", {}, lifetime});
    EXPECT_TRUE(made);
    return server().tokens.authenticate(made->secret, "192.0.2.1").value();
  }

  void grant(AppRight right) { EXPECT_TRUE(server().people.grant(bed_.admin, app_, "bob", right)); }

  static bool ends(const Watched& watched) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!watched.loss() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    return watched.gone().stop_requested();
  }

  static bool stays(const Watched& watched) {
    std::this_thread::sleep_for(milliseconds(200));
    return !watched.loss() && !watched.gone().stop_requested();
  }

  test::DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
};

TEST_F(StandingOfActors, HoldsWhileNothingChanges) {
  const Actor bob = log_in("bob", Role::Member);
  grant(AppRight::Deploy);
  const Watched program(server().standing_watch, {bob, app_, AppRight::Deploy}, {});
  const Watched log(server().standing_watch, {with_token(bob), app_, AppRight::Read}, {});
  const Watched any(server().standing_watch, {bob, std::nullopt, AppRight::Read}, {});
  grant(AppRight::Admin);
  EXPECT_TRUE(stays(program));
  EXPECT_TRUE(stays(log));
  EXPECT_TRUE(stays(any));
}

TEST_F(StandingOfActors, IsLostWithTheKey) {
  const Actor bob = log_in("bob", Role::Member);
  const Watched watched(server().standing_watch, {bob, std::nullopt, AppRight::Read}, {});
  ASSERT_TRUE(server().people.remove_key(bed_.admin, bob.key_fingerprint));
  ASSERT_TRUE(ends(watched));
  EXPECT_EQ(watched.loss()->code, ErrorCode::PermissionDenied);
  EXPECT_THAT(watched.loss()->message, HasSubstr("key"));
}

TEST_F(StandingOfActors, IsLostWithTheTokenThatIsRevoked) {
  const Actor token = with_token(log_in("bob", Role::Member));
  const Watched watched(server().standing_watch, {token, std::nullopt, AppRight::Read}, {});
  ASSERT_TRUE(server().tokens.revoke(bed_.admin, token.token_id, std::nullopt));
  EXPECT_TRUE(ends(watched));
}

TEST_F(StandingOfActors, IsLostWhenTheTokenExpires) {
  const Actor token = with_token(log_in("bob", Role::Member), milliseconds(1000));
  const Watched watched(server().standing_watch, {token, std::nullopt, AppRight::Read}, {});
  ASSERT_TRUE(ends(watched));
  EXPECT_THAT(watched.loss()->message, HasSubstr("expired"));
}

TEST_F(StandingOfActors, IsLostWithTheUser) {
  const Actor bob = log_in("bob", Role::Member);
  const Actor token = with_token(bob);
  const Watched by_key(server().standing_watch, {bob, std::nullopt, AppRight::Read}, {});
  const Watched by_token(server().standing_watch, {token, std::nullopt, AppRight::Read}, {});
  ASSERT_TRUE(server().people.remove_user(bed_.admin, "bob"));
  EXPECT_TRUE(ends(by_key));
  EXPECT_TRUE(ends(by_token));
}

TEST_F(StandingOfActors, IsLostWithTheRightThatItTakes) {
  const Actor token = with_token(log_in("bob", Role::Member));
  grant(AppRight::Deploy);
  const Watched program(server().standing_watch, {token, app_, AppRight::Deploy}, {});
  const Watched log(server().standing_watch, {token, app_, AppRight::Read}, {});
  grant(AppRight::Read);
  ASSERT_TRUE(ends(program));
  EXPECT_TRUE(stays(log));
  ASSERT_TRUE(server().people.revoke(bed_.admin, app_, "bob"));
  ASSERT_TRUE(ends(log));
  EXPECT_THAT(log.loss()->message, HasSubstr("right of bob to blog"));
}

TEST_F(StandingOfActors, FollowsTheAppToItsNewName) {
  const Actor bob = log_in("bob", Role::Member);
  grant(AppRight::Read);
  const Watched log(server().standing_watch, {bob, app_, AppRight::Read}, {});
  const AppName renamed = *AppName::parse("journal");
  ASSERT_TRUE(server().platform.rename_app(bed_.admin, app_, renamed));
  EXPECT_TRUE(stays(log));
  bed_.make_app("blog");
  grant(AppRight::Read);
  ASSERT_TRUE(server().people.revoke(bed_.admin, renamed, "bob"));
  EXPECT_TRUE(ends(log)) << "another app has the old name";
}

TEST_F(StandingOfActors, IsLostWithTheRoleWhereNoRightTakesItsPlace) {
  ASSERT_TRUE(server().people.add_user(bed_.admin, "ann", Role::Admin));
  const Actor ann = log_in("ann", Role::Admin);
  const Watched all(server().standing_watch, {ann, std::nullopt, AppRight::Read}, {});
  const Watched one(server().standing_watch, {ann, app_, AppRight::Read}, {});
  ASSERT_TRUE(server().people.set_role(bed_.admin, "ann", Role::Member));
  EXPECT_TRUE(ends(all));
  EXPECT_TRUE(ends(one));
}

TEST_F(StandingOfActors, IsNotLostForAnAppThatIsStillToBeMade) {
  const Actor bob = log_in("bob", Role::Member);
  const Watched watched(server().standing_watch, {bob, *AppName::parse("shop"), AppRight::Read},
                        {});
  EXPECT_TRUE(stays(watched));
}

TEST_F(StandingOfActors, EndsWithWhoLeavesAndLosesNothingThen) {
  std::stop_source peer;
  const Watched watched(server().standing_watch,
                        {log_in("bob", Role::Member), std::nullopt, AppRight::Read},
                        peer.get_token());
  peer.request_stop();
  EXPECT_TRUE(watched.gone().stop_requested());
  EXPECT_FALSE(watched.loss());
}

}  // namespace
}  // namespace minpaas::hooks
