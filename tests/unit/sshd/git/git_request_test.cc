#include "sshd/git/git_request.h"

#include <gtest/gtest.h>

namespace minpaas::sshd::git {
namespace {

TEST(GitRequest, KnowsTheSpellingsOfClients) {
  const std::pair<const char*, const char*> spellings[] = {
      {"git-receive-pack 'myapp'", "myapp"},
      {"git-receive-pack '/myapp'", "myapp"},
      {"git-receive-pack '/myapp.git'", "myapp"},
      {"git-receive-pack 'myapp.git/'", "myapp"},
      {"git-receive-pack '~/myapp'", "myapp"},
      {"git-receive-pack '/~/myapp'", "myapp"},
      {"git-receive-pack myapp", "myapp"},
      {"git-receive-pack /myapp.git", "myapp"},
      {"git receive-pack 'myapp'", "myapp"},
      {"git-receive-pack 'it'\\''s'\\!''", "it's!"},
      {"git-receive-pack '/srv/git/x'", "srv/git/x"},
  };
  for (const auto& [command, repository] : spellings) {
    const auto request = parse_git_request(command);
    ASSERT_TRUE(request) << command << request.error().message;
    EXPECT_EQ(request->service, GitService::ReceivePack);
    EXPECT_EQ(request->repository, repository) << command;
    EXPECT_TRUE(is_git_request(command));
  }
}

TEST(GitRequest, KnowsTheOtherServices) {
  EXPECT_EQ(parse_git_request("git-upload-pack 'a'")->service, GitService::UploadPack);
  EXPECT_EQ(parse_git_request("git upload-pack 'a'")->service, GitService::UploadPack);
  EXPECT_EQ(parse_git_request("git-upload-archive 'a'")->service, GitService::UploadArchive);
  EXPECT_EQ(parse_git_request("git-lfs-authenticate a.git upload")->service, GitService::Lfs);
  EXPECT_EQ(parse_git_request("git-lfs-transfer a.git upload")->service, GitService::Lfs);
}

TEST(GitRequest, LeavesOtherCommandsAlone) {
  for (const auto* command : {"", "apps", "git", "git ", "git status", "git-receive-packx 'a'",
                              "env git-receive-pack 'a'", " git-receive-pack 'a'",
                              "GIT-RECEIVE-PACK 'a'", "git  receive-pack 'a'"}) {
    EXPECT_FALSE(is_git_request(command)) << command;
    EXPECT_FALSE(parse_git_request(command)) << command;
  }
}

TEST(GitRequest, RefusesOptionsShellTricksAndSecondWords) {
  for (const auto* command :
       {"git-receive-pack",         "git-receive-pack ",        "git-receive-pack ''",
        "git-receive-pack '/'",     "git-receive-pack --help",  "git-receive-pack '--help'",
        "git-receive-pack '-x'",    "git-receive-pack 'a' 'b'", "git-receive-pack 'a' b",
        "git-receive-pack a b",     "git-receive-pack 'a';id",  "git-receive-pack 'a'$(id)",
        "git-receive-pack a;id",    "git-receive-pack $(id)",   "git-receive-pack `id`",
        "git-receive-pack \"a\"",   "git-receive-pack 'a",      "git-receive-pack a'",
        "git-receive-pack 'a'\\n",  "git-receive-pack a\\b",    "git-receive-pack 'a\nb'",
        "git-receive-pack 'a\x7f'", "git-receive-pack  'a'",    "git-receive-pack a&b",
        "git-receive-pack a|b",     "git-receive-pack a>b",     "git-receive-pack '.git'"}) {
    EXPECT_FALSE(parse_git_request(command)) << command;
  }
  EXPECT_FALSE(parse_git_request(std::string_view("git-receive-pack 'a\0b'", 22)));
}

}  // namespace
}  // namespace minpaas::sshd::git
