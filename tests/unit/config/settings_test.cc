#include "config/settings.h"

#include <gtest/gtest.h>

#include <fstream>

#include "config/setting_table.h"
#include "tests/support/temp_dir.h"

namespace minpaas::config {
namespace {

Settings read(std::string_view ini, const Environment& environment = {}) {
  return parse_settings(ini, "f.ini", environment).value();
}

Error error_of(std::string_view ini, const Environment& environment = {}) {
  const auto settings = parse_settings(ini, "f.ini", environment);
  return settings ? Error{ErrorCode::Internal, "accepted", "", ""} : settings.error();
}

TEST(Settings, OfAnEmptyFileAreTheDefaults) {
  const Settings settings = read("");
  EXPECT_EQ(settings.server.data_dir, "/var/lib/minpaas");
  ASSERT_EQ(settings.ssh.listen.size(), 1U);
  EXPECT_EQ(settings.ssh.listen[0].address, "0.0.0.0");
  EXPECT_EQ(settings.ssh.listen[0].port, 2222);
  EXPECT_EQ(settings.http.listen.at(0).address, "127.0.0.1");
  EXPECT_EQ(settings.http.listen.at(0).port, 4000);
  EXPECT_EQ(settings.router.kind, "auto");
  EXPECT_EQ(settings.router.port_first, 10000);
  EXPECT_TRUE(settings.access.admin_keys.empty());
}

TEST(Settings, OfTheRouterDependOnWhoRunsTheProgram) {
  EXPECT_EQ(default_settings(Privilege::Root).router.http_listen.port, 80);
  EXPECT_EQ(default_settings(Privilege::Root).router.https_listen.port, 443);
  EXPECT_EQ(default_settings(Privilege::User).router.http_listen.port, 8080);
  EXPECT_EQ(default_settings(Privilege::User).router.https_listen.port, 8443);
}

TEST(Settings, AreReadFromEverySection) {
  const Settings settings = read(
      "[server]\ndata_dir = /data\nlog_level = debug\n[ssh]\nlisten = 127.0.0.1:1, [::1]:2\n"
      "penalties = false\n[docker]\nhost = unix:///tmp/d.sock\n[router]\nport_first = 20000\n"
      "port_last = 20099\n[images]\npython = python:3.12-slim\npull = never\n[apps]\n"
      "create_on_push = no\nmembers_create = no\n[runtimes]\nallow_dockerfile = "
      "yes\n[git]\ndeploy_branch = live\n"
      "max_pack_bytes = 1g\n[build]\ntimeout = 3s\nbuilder = classic\n[checks]\ninterval = 50ms\n"
      "[containers]\nmemory_bytes = 256m\ncpus = 0.25\n[access]\nadmin_keys = /keys\n");
  EXPECT_EQ(settings.server.data_dir, "/data");
  EXPECT_EQ(settings.server.log_level, log::Level::Debug);
  ASSERT_EQ(settings.ssh.listen.size(), 2U);
  EXPECT_EQ(settings.ssh.listen[1].address, "::1");
  EXPECT_FALSE(settings.ssh.penalties);
  EXPECT_EQ(settings.docker.host, "unix:///tmp/d.sock");
  EXPECT_EQ(settings.router.port_last, 20099);
  EXPECT_EQ(settings.images.base.at("python"), "python:3.12-slim");
  EXPECT_EQ(settings.images.pull, PullPolicy::Never);
  EXPECT_FALSE(settings.apps.create_on_push);
  EXPECT_FALSE(settings.apps.members_create);
  EXPECT_TRUE(settings.runtimes.allow_dockerfile);
  EXPECT_EQ(settings.git.deploy_branch, "live");
  EXPECT_EQ(settings.git.max_pack_bytes, 1LL << 30);
  EXPECT_EQ(settings.build.timeout, seconds(3));
  EXPECT_EQ(settings.build.builder, BuilderChoice::Classic);
  EXPECT_EQ(settings.checks.interval, milliseconds(50));
  EXPECT_EQ(settings.containers.memory_bytes, 256LL << 20);
  EXPECT_DOUBLE_EQ(settings.containers.cpus, 0.25);
  EXPECT_EQ(settings.access.admin_keys, "/keys");
}

TEST(Settings, ThatAreUnknownAreNamedWithTheNearestKnownOne) {
  const Error key = error_of("[ssh]\n\nlistn = 0.0.0.0:22\n");
  EXPECT_EQ(key.code, ErrorCode::InvalidInput);
  EXPECT_EQ(key.message, "f.ini:3: [ssh] listn: there is no such key");
  EXPECT_EQ(key.hint, "did you mean listen?");
  const Error section = error_of("[shh]\nlisten = 0.0.0.0:22\n");
  EXPECT_EQ(section.message, "f.ini:1: [shh]: there is no such section");
  EXPECT_EQ(section.hint, "did you mean ssh?");
  EXPECT_EQ(error_of("[git]\n[sssh]\n").message, "f.ini:2: [sssh]: there is no such section");
  EXPECT_EQ(error_of("[docker]\nport = 80\n").hint, "known are host");
  EXPECT_EQ(error_of("[mail]\nx = 1\n").hint.substr(0, 23), "known are server, ssh, ");
  EXPECT_EQ(error_of("listen = 0.0.0.0:22\n").message,
            "f.ini:1: listen stands before the first [section]");
}

TEST(Settings, WithABadValueAreNamedWithTheLine) {
  EXPECT_EQ(error_of("[build]\nslots = many\n").message,
            "f.ini:2: [build] slots: value 'many' is not a whole number");
  EXPECT_EQ(error_of("[router]\nkind = nginx\n").message,
            "f.ini:2: [router] kind: there is no router 'nginx'");
  EXPECT_EQ(error_of("[images]\npython =\n").message,
            "f.ini:2: [images] python: value '' is no image");
  EXPECT_EQ(error_of("[images]\nPy thon = x\n").message,
            "f.ini:2: [images] Py thon: this is no name of a runtime");
  EXPECT_EQ(error_of("[build]\nslots = 1\nslots = 2\n").message,
            "f.ini:3: [build] slots: it stands twice");
  EXPECT_EQ(error_of("[router]\nport_first = 200\nport_last = 100\n").message,
            "f.ini: [router] port_first 200 is above port_last 100");
}

TEST(Settings, TakeNoPathThatDependsOnTheWorkingDirectory) {
  const Error folder = error_of("[server]\ndata_dir = data\n");
  EXPECT_EQ(folder.message, "f.ini:2: [server] data_dir: value 'data' does not begin with /");
  EXPECT_EQ(folder.hint, "write the whole path");
  EXPECT_EQ(error_of("[access]\nadmin_keys = ./keys\n").code, ErrorCode::InvalidInput);
  EXPECT_EQ(error_of("[access]\nadmin_keys =\n").message, "accepted");
}

TEST(Settings, FromTheEnvironmentWin) {
  const Settings settings = read("[ssh]\nlisten = 0.0.0.0:1\n[images]\npython = a\n",
                                 {{"MINPAAS_SSH_LISTEN", "127.0.0.1:2"},
                                  {"MINPAAS_GIT_DEPLOY_BRANCH", "live"},
                                  {"MINPAAS_IMAGES_PYTHON", "b"},
                                  {"MINPAAS_IMAGES_NODE", "c"},
                                  {"MINPAAS_BUILD_TIMEOUT", " 5m "}});
  EXPECT_EQ(settings.ssh.listen.at(0).port, 2);
  EXPECT_EQ(settings.git.deploy_branch, "live");
  EXPECT_EQ(settings.images.base.at("python"), "b");
  EXPECT_EQ(settings.images.base.at("node"), "c");
  EXPECT_EQ(settings.build.timeout, seconds(300));
}

TEST(Settings, FromTheEnvironmentAreCheckedAsThoseOfTheFile) {
  const Error key = error_of("", {{"MINPAAS_SSH_LISTN", "x"}});
  EXPECT_EQ(key.message, "environment MINPAAS_SSH_LISTN: there is no such key");
  EXPECT_EQ(key.hint, "did you mean listen?");
  EXPECT_EQ(error_of("", {{"MINPAAS_BUILD_SLOTS", "x\ny"}}).message,
            "environment MINPAAS_BUILD_SLOTS: value 'x\\ny' is not a whole number");
}

TEST(Settings, IgnoreVariablesOfOtherPrograms) {
  EXPECT_EQ(
      error_of(
          "",
          {{"MINPAAS_HOME", "/x"}, {"MINPAAS_HOST", "y"}, {"PATH", "/bin"}, {"SSH_LISTEN", "z"}})
          .message,
      "accepted");
}

TEST(Settings, EachCanBeSetByTheEnvironment) {
  for (const Setting& entry : setting_table()) {
    std::string name = "MINPAAS_" + std::string(entry.section) + "_" + std::string(entry.key);
    for (char& c : name) {
      c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    const std::string value = entry.text(default_settings(Privilege::User));
    const auto settings = parse_settings("", "f.ini", {{name, value}});
    ASSERT_TRUE(settings) << name << ": " << settings.error().message;
    EXPECT_EQ(entry.text(*settings), value);
  }
}

TEST(Settings, AreTheSameWhenPrintedAndReadAgain) {
  const std::string printed = to_ini(
      read("[ssh]\nlisten = [::]:2222 1.2.3.4:5\n[images]\nnode = n\npython = p\n[build]\ntimeout "
           "= 90s\n"
           "[containers]\ncpus = 0.125\nmemory_bytes = 100000000\n[access]\nadmin_keys = /k\n"));
  EXPECT_EQ(to_ini(read(printed)), printed);
  EXPECT_NE(printed.find("[images]\npull = missing\nnode = n\npython = p\n"), std::string::npos);
  EXPECT_NE(printed.find("timeout = 90s\n"), std::string::npos);
}

TEST(SettingsFile, IsReadFromDisk) {
  test::TempDir folder;
  const auto path = folder.path() / "minpaas.ini";
  std::ofstream(path) << "[build]\nslots = 3\n";
  EXPECT_EQ(load_settings(path, {})->build.slots, 3);
  std::ofstream(path) << "[build]\nslots = no\n";
  EXPECT_EQ(load_settings(path, {}).error().message.find(path.string() + ":2: [build] slots"), 0U);
}

TEST(SettingsFile, MustExistWhenItIsNamed) {
  EXPECT_EQ(load_settings("/nonexistent/minpaas.ini", {}).error().code, ErrorCode::NotFound);
  EXPECT_TRUE(load_settings("", {}));
}

}  // namespace
}  // namespace minpaas::config
