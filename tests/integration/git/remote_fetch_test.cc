#include "core/git/remote_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "tests/support/bare_repository.h"
#include "tests/support/program.h"

namespace minpaas::git {
namespace {

using test::BareRepository;
using test::Program;
using test::run_program;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// A web server with a repository `app` of a few commits, and the bad ones of git_server.py.
class Remote : public testing::Test {
 protected:
  explicit Remote(const std::string& before = "")
      : prepared_(run_program({"sh", "-ec", "cd '" + folder_.path().string() + "'; " + before})),
        server_({"python3", MINPAAS_GIT_SERVER, folder_.path().string()}) {
    work(
        "git init -q -b main work && cd work && git config user.name ada && "
        "git config user.email ada@example.com && echo one > app.py && git add . && "
        "git commit -qm One && git tag -a v1 -m v1 && git checkout -qb next && echo two > app.py "
        "&& "
        "git commit -qam Two && git checkout -q main && cd .. && git clone -q --bare work app.git");
    EXPECT_TRUE(server_.wait_for_output("ready"));
    std::ifstream(folder_.path() / "port") >> port_;
    rules_.reach = Reach::Anywhere;
    rules_.deadline = std::chrono::steady_clock::now() + seconds(60);
    rules_.silence = seconds(10);
  }

  void work(const std::string& commands) {
    const auto done =
        run_program({"sh", "-ec", "cd '" + folder_.path().string() + "'; " + commands});
    ASSERT_EQ(done.status, 0) << done.err;
  }

  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + port_ + path;
  }

  Result<RemoteCommit> fetch(const std::string& from,
                             const std::optional<std::string>& ref = std::nullopt) {
    const auto parsed = TRY(RemoteUrl::parse(from));
    auto fetched = fetch_commit(
        *repository_, parsed, ref, rules_,
        [this](std::string_view line) { lines_.emplace_back(line); }, stop_.get_token());
    EXPECT_EQ(repository_.leftovers(), 0);
    return fetched;
  }

  Error refusal(const std::string& from, const std::optional<std::string>& ref = std::nullopt) {
    const auto fetched = fetch(from, ref);
    EXPECT_FALSE(fetched) << from;
    EXPECT_EQ(repository_.packs(), 0);
    return fetched ? Error{} : fetched.error();
  }

  std::string git(const std::string& arguments) {
    return run_program({"sh", "-c", "git -C '" + repository_.path().string() + "' " + arguments})
        .out;
  }

  std::string oid_of(const std::string& name) {
    std::string out = run_program({"git", "-C", (folder_.path() / "app.git").string(), "rev-parse",
                                   name + "^{commit}"})
                          .out;
    return out.substr(0, Oid::kHexCharacters);
  }

  test::TempDir folder_;
  test::ProgramResult prepared_;
  Program server_;
  std::string port_;
  BareRepository repository_;
  FetchRules rules_;
  std::vector<std::string> lines_;
  std::stop_source stop_;
};

TEST_F(Remote, ItsDefaultBranchIsFetchedThroughTheQuarantine) {
  const auto fetched = fetch(url("/git/app.git"));
  ASSERT_TRUE(fetched) << fetched.error().for_log();
  EXPECT_EQ(fetched->id.hex(), oid_of("main"));
  EXPECT_EQ(git("show " + fetched->id.hex() + ":app.py"), "one\n");
  EXPECT_EQ(git("fsck --no-dangling 2>&1 | grep -v ^notice"), "");
  EXPECT_EQ(git("for-each-ref"), "") << "no ref is made";
  EXPECT_EQ(repository_.packs(), 1);
  EXPECT_THAT(lines_, Contains("Receiving objects: 4 of 4")) << "with the tag";
}

TEST_F(Remote, BranchesTagsAndTipsAreFoundByName) {
  EXPECT_EQ(fetch(url("/git/app.git"), "next")->id.hex(), oid_of("next"));
  EXPECT_EQ(fetch(url("/git/app.git"), "refs/heads/main")->id.hex(), oid_of("main"));
  const auto tag = fetch(url("/git/app.git"), "v1");
  ASSERT_TRUE(tag) << tag.error().for_log();
  EXPECT_EQ(tag->id.hex(), oid_of("main")) << "the commit of an annotated tag";
  EXPECT_EQ(fetch(url("/git/app.git"), oid_of("next"))->id.hex(), oid_of("next"));
}

TEST_F(Remote, OnlyWhatIsNewIsFetchedAndNoThinPackIsTaken) {
  const auto first = fetch(url("/git/app.git"));
  ASSERT_TRUE(first);
  git("update-ref refs/heads/main " + first->id.hex());
  work(
      "cd work; seq 1 20000 > large; git add .; git commit -qm Large; git push -q ../app.git main");
  const auto second = fetch(url("/git/app.git"));
  ASSERT_TRUE(second) << second.error().for_log();
  git("update-ref refs/heads/main " + second->id.hex());
  work("cd work; echo more >> large; git commit -qam More; git push -q ../app.git main");
  lines_.clear();
  const auto third = fetch(url("/git/app.git"));
  ASSERT_TRUE(third) << third.error().for_log();
  EXPECT_THAT(lines_, Contains("Receiving objects: 3 of 3"));
  EXPECT_EQ(git("fsck --no-dangling 2>&1 | grep -v ^notice"), "");
  lines_.clear();
  EXPECT_EQ(fetch(url("/git/app.git"))->id, third->id);
  EXPECT_THAT(lines_, Not(Contains(HasSubstr("Receiving")))) << "it is here already";
}

TEST_F(Remote, ARefThatDoesNotExistIsSaid) {
  const auto error = refusal(url("/git/app.git"), "nothing");
  EXPECT_EQ(error.code, ErrorCode::NotFound);
  EXPECT_THAT(error.message, HasSubstr("no branch or tag 'nothing'"));
}

TEST_F(Remote, WhatIsNoRepositoryIsSaid) {
  for (const char* path : {"/git/none.git", "/page/x.git", "/nowhere"}) {
    const auto error = refusal(url(path));
    EXPECT_EQ(error.code, ErrorCode::NotFound) << path;
    EXPECT_THAT(error.message, HasSubstr("there is no repository at")) << path;
  }
  EXPECT_EQ(refusal("http://127.0.0.1:1/x").code, ErrorCode::Unavailable);
  EXPECT_EQ(refusal("http://no-such-host.invalid/x").code, ErrorCode::NotFound);
}

TEST_F(Remote, AServerThatHangsIsGivenUp) {
  rules_.silence = milliseconds(500);
  for (const char* path : {"/hang/x", "/stall/x"}) {
    const auto error = refusal(url(path));
    EXPECT_EQ(error.code, ErrorCode::Timeout) << path;
    EXPECT_THAT(error.message, HasSubstr("nothing came from the repository's server")) << path;
  }
  rules_.silence = seconds(30);
  rules_.deadline = std::chrono::steady_clock::now() + milliseconds(500);
  EXPECT_THAT(refusal(url("/hang/x")).message, HasSubstr("takes too long"));
}

TEST_F(Remote, ALeavingFollowerEndsTheFetch) {
  std::jthread leaver([this] {
    std::this_thread::sleep_for(milliseconds(300));
    stop_.request_stop();
  });
  EXPECT_EQ(refusal(url("/hang/x")).code, ErrorCode::Cancelled);
}

TEST_F(Remote, ARepositoryOf5GbIsStoppedAsItsBytesCome) {
  rules_.limits.pack_bytes = 8 << 20;
  const auto began = std::chrono::steady_clock::now();
  const auto error = refusal(url("/endless/x"));
  EXPECT_EQ(error.code, ErrorCode::InvalidInput) << error.for_log();
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(30));
}

TEST_F(Remote, APackThatEndsTooEarlyIsNotTaken) {
  const auto error = refusal(url("/cut/x"));
  EXPECT_THAT(error.code, AnyOf(ErrorCode::Unavailable, ErrorCode::InvalidInput))
      << error.for_log();
}

TEST_F(Remote, NoAddressOfThisMachineIsReached) {
  rules_.reach = Reach::Public;
  for (const std::string& host :
       {std::string("127.0.0.1"), std::string("localhost"), std::string("[::1]"),
        std::string("0.0.0.0"), std::string("169.254.169.254"), std::string("10.0.0.1"),
        std::string("[::ffff:127.0.0.1]"), std::string("2130706433")}) {
    const auto error = refusal("http://" + host + ":" + port_ + "/git/app.git");
    EXPECT_THAT(error.code, AnyOf(ErrorCode::PermissionDenied, ErrorCode::NotFound)) << host;
  }
}

TEST_F(Remote, RedirectsAreFollowedToAllowedAddressesOnly) {
  const auto fetched = fetch(url("/to/" + std::string("%2Fgit") + "/app.git"));
  ASSERT_TRUE(fetched) << fetched.error().for_log();
  EXPECT_EQ(fetched->id.hex(), oid_of("main"));
}

/// Runs itself in a network of its own, where an address of the internet is this machine's.
TEST_F(Remote, ARedirectFromTheInternetToAPrivateAddressIsNotFollowed) {
  constexpr const char* kPublicAddress = "192.0.3.1";
  constexpr const char* kInside = "MINPAAS_TEST_IS_INSIDE";
  if (std::getenv(kInside) == nullptr) {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    const auto done =
        run_program({"env", kInside + std::string("=1"), "GIT_SERVER_ADDRESS=0.0.0.0", "python3",
                     MINPAAS_OWN_NETWORK, kPublicAddress, self, "--gtest_filter=Remote." + name});
    if (done.status == 125) {
      GTEST_SKIP() << "only root can make a network";
    }
    EXPECT_EQ(done.status, 0) << done.out << done.err;
    EXPECT_THAT(done.out, HasSubstr("[  PASSED  ] 1 test"));
    return;
  }
  rules_.reach = Reach::Public;
  const std::string origin = std::string("http://") + kPublicAddress + ":" + port_;
  for (const char* to : {"127.0.0.1", "localhost", "0.0.0.0"}) {
    const std::string target = std::string("http%3A%2F%2F") + to + "%3A" + port_ + "%2Fgit";
    const auto error = refusal(origin + "/to/" + target + "/app.git");
    EXPECT_EQ(error.code, ErrorCode::PermissionDenied) << error.for_log();
    EXPECT_THAT(error.message, HasSubstr("public internet")) << to;
  }
  EXPECT_TRUE(fetch(origin + "/git/app.git")) << "the address itself is allowed";
}

TEST_F(Remote, ARedirectLoopEnds) {
  EXPECT_EQ(refusal(url("/loop/x")).code, ErrorCode::PermissionDenied);
}

TEST_F(Remote, ARedirectToNoHttpIsNotFollowed) {
  for (const char* to : {"file%3A%2F%2F%2Fetc", "ssh%3A%2F%2F127.0.0.1"}) {
    EXPECT_THAT(refusal(url(std::string("/to/") + to + "/x")).code,
                AnyOf(ErrorCode::PermissionDenied, ErrorCode::Unavailable))
        << to;
  }
}

TEST_F(Remote, PasswordsWorkAndAreNeverShown) {
  const auto error = refusal(url("/private/app.git"));
  EXPECT_EQ(error.code, ErrorCode::PermissionDenied);
  const std::string wrong = "http://ada:wr0ng-token@127.0.0.1:" + port_ + "/private/app.git";
  const auto denied = refusal(wrong);
  EXPECT_EQ(denied.code, ErrorCode::PermissionDenied);
  EXPECT_THAT(denied.for_log(), Not(AnyOf(HasSubstr("wr0ng"), HasSubstr("ada:"))));
  const auto fetched = fetch("http://ada:s3cret-token@127.0.0.1:" + port_ + "/private/app.git");
  ASSERT_TRUE(fetched) << fetched.error().for_log();
  // To another host a password is not carried.
  const auto away = fetch("http://ada:s3cret-token@127.0.0.1:" + port_ +
                          "/to/http%3A%2F%2Flocalhost%3A" + port_ + "%2Fprivate/app.git");
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, ErrorCode::PermissionDenied);
  EXPECT_THAT(away.error().for_log(), Not(HasSubstr("s3cret")));
  const auto beside = fetch("http://ada:s3cret-token@127.0.0.1:" + port_ +
                            "/to/http%3A%2F%2F127.0.0.1%3A1%2Fprivate/app.git");
  ASSERT_FALSE(beside);
  EXPECT_EQ(beside.error().code, ErrorCode::PermissionDenied);
  EXPECT_THAT(beside.error().message, HasSubstr("leads to port 1,"));
}

/// The same over TLS, with a certificate of its own for `localhost`.
class SecureRemote : public Remote {
 protected:
  SecureRemote()
      : Remote(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
            "-subj /CN=localhost -addext subjectAltName=DNS:localhost "
            "-keyout key.pem -out crt.pem 2>/dev/null && cat crt.pem key.pem > cert.pem") {}
};

TEST_F(SecureRemote, IsBelievedByItsCertificateOnly) {
  rules_.ca_file = folder_.path() / "crt.pem";
  const auto fetched = fetch("https://localhost:" + port_ + "/git/app.git");
  ASSERT_TRUE(fetched) << fetched.error().for_log();
  EXPECT_EQ(fetched->id.hex(), oid_of("main"));
  const auto other = fetch("https://127.0.0.1:" + port_ + "/git/app.git", "next");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::PermissionDenied) << other.error().for_log();
  EXPECT_THAT(other.error().message, HasSubstr("certificate"));
  const auto down = fetch(
      "https://localhost:" + port_ + "/to/http%3A%2F%2Flocalhost%3A" + port_ + "%2Fgit/app.git",
      "next");
  ASSERT_FALSE(down) << "from https to http";
}

}  // namespace
}  // namespace minpaas::git
