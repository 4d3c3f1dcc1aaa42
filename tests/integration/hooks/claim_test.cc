#include <gmock/gmock.h>

#include <filesystem>

#include "core/base/file.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/known_keys.h"

namespace minpaas::hooks {
namespace {

using testing::MatchesRegex;
using testing::SizeIs;

class Claim : public testing::Test {
 protected:
  FirstClaim& first() { return bed_.server().first_claim; }

  std::string code() { return first().make_code().value(); }

  Actor stranger(const char* line = test::kEd25519.line) {
    const auto key = state::PublicKey::parse(line).value();
    return first().stranger(key.fingerprint, key.blob_base64).value();
  }

  bool is_open() {
    const auto key = state::PublicKey::parse(test::kRsa2048.line).value();
    return first().stranger(key.fingerprint, key.blob_base64).has_value();
  }

  ErrorCode refusal(const Actor& actor, const std::string& with) {
    const auto done = bed_.server().people.claim(actor, with, "ann");
    EXPECT_FALSE(done);
    return done.error().code;
  }

  test::DeployBed bed_;
};

TEST_F(Claim, LetsTheFirstKeyInAndNoOther) {
  EXPECT_FALSE(is_open()) << "there is no code";
  const std::string right = code();
  EXPECT_THAT(right, MatchesRegex("[0-9A-Z]{4}(-[0-9A-Z]{4}){3}"));
  const Actor actor = stranger();
  EXPECT_EQ(actor.role, Role::Stranger);
  EXPECT_TRUE(actor.scope.allows("claim", {}));
  EXPECT_FALSE(actor.scope.allows("apps", {}));
  EXPECT_FALSE(actor.scope.allows("git:push", {"blog"}));
  const auto row = bed_.server().people.claim(actor, right, "ann");
  ASSERT_TRUE(row) << row.error().for_log();
  EXPECT_EQ(row->key.fingerprint, test::kEd25519.fingerprint);
  const auto known = bed_.server().keys.find_actor(row->key.fingerprint, row->key.blob_base64, "");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->name, "ann");
  EXPECT_EQ(known->role, Role::Admin);

  EXPECT_FALSE(is_open());
  EXPECT_EQ(refusal(actor, right), ErrorCode::Conflict) << "who was a stranger before";
  EXPECT_EQ(refusal(*known, right), ErrorCode::Conflict);
  EXPECT_EQ(first().make_code().error().code, ErrorCode::Conflict);
}

TEST_F(Claim, IsTypedByPeople) {
  std::string typed = code();
  std::erase(typed, '-');
  for (char& c : typed) {
    c = c == '0' ? 'o' : c == '1' ? 'l' : static_cast<char>(std::tolower(c));
  }
  EXPECT_TRUE(bed_.server().people.claim(stranger(), typed, "ann"));
}

TEST_F(Claim, IsRefusedWithAnotherCode) {
  const std::string right = code();
  const Actor actor = stranger();
  for (const std::string& wrong :
       {std::string(), std::string("-"), right.substr(1), right + "0", std::string(5000, 'A'),
        std::string("0000-0000-0000-0000"), std::string("' OR 1=1 --")}) {
    EXPECT_EQ(refusal(actor, wrong), ErrorCode::PermissionDenied) << wrong;
  }
  const std::string fresh = code();
  EXPECT_EQ(refusal(actor, right), ErrorCode::PermissionDenied) << "a code that was replaced";
  EXPECT_TRUE(bed_.server().people.claim(actor, fresh, "ann"));
}

TEST_F(Claim, IsRefusedWhenTheCodeHasExpired) {
  const std::string right = code();
  const Actor actor = stranger();
  ASSERT_TRUE(bed_.server().claim_store.put(right, bed_.clock.now() - seconds(1)));
  EXPECT_FALSE(is_open());
  EXPECT_EQ(refusal(actor, right), ErrorCode::PermissionDenied);
}

TEST_F(Claim, IsClosedByAKeyOfTheAdministratorsFile) {
  const std::string right = code();
  const Actor actor = stranger();
  const auto file = bed_.settings.access.admin_keys;
  ASSERT_TRUE(write_file_atomically(file, "# nobody yet\n", 0600));
  EXPECT_TRUE(is_open());
  ASSERT_TRUE(write_file_atomically(file, std::string(test::kEcdsa256.line) + "\n", 0600));
  EXPECT_FALSE(is_open());
  EXPECT_EQ(refusal(actor, right), ErrorCode::Conflict);
}

TEST_F(Claim, IsClosedByAFileThatCannotBeRead) {
  code();
  std::filesystem::create_directory(bed_.settings.access.admin_keys);
  EXPECT_FALSE(is_open());
}

TEST_F(Claim, IsNotClosedByMembersAndLimitedKeys) {
  code();
  auto& people = bed_.server().people;
  ASSERT_TRUE(people.add_key(
      bed_.admin,
      {.name = "bob", .role = Role::Member, .public_key = std::string(test::kEcdsa256.line)}));
  EXPECT_TRUE(is_open());
  ASSERT_TRUE(people.add_key(bed_.admin, {.name = "ann",
                                          .role = Role::Admin,
                                          .public_key = std::string(test::kEd25519.line),
                                          .lifetime = std::chrono::hours(1)}));
  EXPECT_TRUE(is_open());
}

TEST_F(Claim, OutlivesARestartAsAHash) {
  const std::string right = code();
  bed_.restart();
  EXPECT_TRUE(is_open());
  const auto database = read_file(bed_.folder.path() / "minpaas.db", 1U << 24).value();
  EXPECT_EQ(database.find(right), std::string::npos);
  std::string digits = right;
  std::erase(digits, '-');
  EXPECT_EQ(database.find(digits), std::string::npos);
  EXPECT_TRUE(bed_.server().people.claim(stranger(), right, "ann"));
}

TEST_F(Claim, MakesACodeBesideTheServer) {
  const auto made = make_code_for(bed_.settings, bed_.clock);
  ASSERT_TRUE(made) << made.error().for_log();
  EXPECT_TRUE(bed_.server().people.claim(stranger(), *made, "ann"));
  EXPECT_EQ(make_code_for(bed_.settings, bed_.clock).error().code, ErrorCode::Conflict);
  config::Settings elsewhere = bed_.settings;
  elsewhere.server.data_dir = bed_.folder.path() / "none";
  EXPECT_EQ(make_code_for(elsewhere, bed_.clock).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace minpaas::hooks
