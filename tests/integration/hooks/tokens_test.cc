#include <gmock/gmock.h>

#include "core/base/file.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/known_keys.h"

namespace minpaas::hooks {
namespace {

using testing::SizeIs;

class ApiTokens : public testing::Test {
 protected:
  Tokens& tokens() { return bed_.server().tokens; }

  Result<Actor> show(const std::string& secret) {
    return bed_.server().tokens.authenticate(secret, "192.0.2.1");
  }

  Actor user(const std::string& name, Role role) {
    const auto row = bed_.server().users.add(name, role, bed_.clock.now());
    return {.user_id = row->id, .name = name, .role = role, .key_fingerprint = "", .from = ""};
  }

  test::DeployBed bed_;
};

TEST_F(ApiTokens, ActForTheirOwner) {
  const Actor ann = user("ann", Role::Member);
  const auto made = tokens().create(ann, {"ci", {*ScopeRule::parse("ps")}, {}}).value();
  const Actor actor = show(made.secret).value();
  EXPECT_EQ(actor.user_id, ann.user_id);
  EXPECT_EQ(actor.name, "ann");
  EXPECT_EQ(actor.role, Role::Member);
  EXPECT_EQ(actor.from, "192.0.2.1");
  EXPECT_TRUE(actor.scope.allows("ps", {"blog"}));
  EXPECT_FALSE(actor.scope.allows("config", {"blog"}));
  EXPECT_TRUE(tokens().list(ann)->front().last_used_at);
}

TEST_F(ApiTokens, AreRefusedWhenUnknownRevokedOrExpired) {
  const auto code = [&](const std::string& secret) { return show(secret).error().code; };
  EXPECT_EQ(code("nonsense"), ErrorCode::PermissionDenied);
  const auto made = tokens().create(user("ann", Role::Admin), {"ci", {}, {}}).value();
  ASSERT_TRUE(show(made.secret));
  ASSERT_TRUE(tokens().revoke(bed_.admin, made.row.id, {}));
  EXPECT_EQ(code(made.secret), ErrorCode::PermissionDenied);
  const auto brief = tokens().create(user("bob", Role::Admin), {"b", {}, milliseconds(0)}).value();
  EXPECT_EQ(code(brief.secret), ErrorCode::PermissionDenied);
}

TEST_F(ApiTokens, OfTheAdministratorsFileAreGoneWithTheKey) {
  const auto file = bed_.settings.access.admin_keys;
  ASSERT_TRUE(write_file_atomically(file, std::string(test::kEd25519.line) + "\n", 0600));
  const Actor root{.user_id = 0,
                   .name = "root",
                   .role = Role::Admin,
                   .key_fingerprint = std::string(test::kEd25519.fingerprint),
                   .from = ""};
  const auto made = tokens().create(root, {"ci", {}, {}}).value();
  EXPECT_EQ(show(made.secret)->role, Role::Admin);
  ASSERT_TRUE(write_file_atomically(file, "", 0600));
  EXPECT_EQ(show(made.secret).error().code, ErrorCode::PermissionDenied);
}

TEST_F(ApiTokens, OfOthersAreSeenByAdministratorsOnly) {
  const Actor ann = user("ann", Role::Member);
  const Actor bob = user("bob", Role::Member);
  ASSERT_TRUE(tokens().create(ann, {"anns", {}, {}}));
  const auto bobs = tokens().create(bob, {"bobs", {}, {}}).value();
  EXPECT_THAT(*tokens().list(ann), SizeIs(1));
  EXPECT_THAT(*tokens().list(bed_.admin), SizeIs(2));
  EXPECT_EQ(tokens().revoke(ann, "bobs", {}).error().code, ErrorCode::NotFound);
  const Error others = tokens().revoke(ann, bobs.row.id, {}).error();
  EXPECT_EQ(others.code, ErrorCode::NotFound);
  EXPECT_TRUE(is_hidden(others));
  EXPECT_EQ(tokens().revoke(ann, "bobs", "bob").error().code, ErrorCode::PermissionDenied);
  EXPECT_TRUE(tokens().revoke(bob, bobs.row.id, {}));
}

TEST_F(ApiTokens, HaveNamesThatAreTheirOwnersOwn) {
  const Actor ann = user("ann", Role::Member);
  const Actor bob = user("bob", Role::Admin);
  const auto anns = tokens().create(ann, {"ci", {}, {}}).value();
  ASSERT_TRUE(tokens().create(bob, {"ci", {}, {}}));
  EXPECT_EQ(tokens().create(ann, {"ci", {}, {}}).error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(tokens().revoke(bob, "ci", {})->owner.name, "bob");
  EXPECT_EQ(tokens().revoke(bob, "ci", {}).error().code, ErrorCode::NotFound);
  ASSERT_TRUE(show(anns.secret));
  EXPECT_EQ(tokens().revoke(bob, "ci", "ann")->id, anns.row.id);
  EXPECT_FALSE(show(anns.secret));
}

TEST_F(ApiTokens, ThatExpireMakeNoneThatOutliveThem) {
  using std::chrono::hours;
  const auto brief = tokens().create(user("ann", Role::Admin), {"brief", {}, hours(2)}).value();
  const Actor actor = show(brief.secret).value();
  EXPECT_EQ(actor.expires_at, brief.row.expires_at);
  EXPECT_EQ(tokens().create(actor, {"ever", {}, {}}).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(tokens().create(actor, {"longer", {}, hours(3)}).error().code,
            ErrorCode::PermissionDenied);
  const auto shorter = tokens().create(actor, {"shorter", {}, hours(1)}).value();
  EXPECT_EQ(tokens().create(show(shorter.secret).value(), {"x", {}, hours(2)}).error().code,
            ErrorCode::PermissionDenied);
}

TEST_F(ApiTokens, WithAScopeMakeNoTokenWithMore) {
  Actor actor = user("ann", Role::Admin);
  actor.scope = AccessScope({*ScopeRule::parse("tokens*")});
  EXPECT_EQ(tokens().create(actor, {"more", {}, {}}).error().code, ErrorCode::PermissionDenied);
}

TEST_F(ApiTokens, HaveNamesThatFitOnALine) {
  for (const std::string& name : {std::string(), std::string("a b"), std::string("a\n"),
                                  std::string("../x"), std::string(65, 'a')}) {
    EXPECT_EQ(tokens().create(bed_.admin, {name, {}, {}}).error().code, ErrorCode::InvalidInput)
        << name;
  }
}

}  // namespace
}  // namespace minpaas::hooks
