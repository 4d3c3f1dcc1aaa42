// Attempts to get in without the right key, with libssh as the client because it can misbehave.
#include <libssh/libssh.h>

#include "core/base/handle.h"
#include "tests/integration/sshd/raw_connection.h"
#include "tests/integration/sshd/ssh_server_fixture.h"

namespace minpaas::test {
namespace {

using Arguments = std::vector<std::string>;
using ClientSession = Handle<ssh_session_struct, ssh_free>;
using ClientKey = Handle<ssh_key_struct, ssh_key_free>;

class LoginAttacks : public SshServerTest {
 protected:
  /// A connection after the key exchange, which refuses nothing and remembers nothing.
  [[nodiscard]] ClientSession connect() const {
    ClientSession session(ssh_new());
    const bool no_file = false;
    const int port = port_;
    // Its authentication calls wait for so long after the server has disconnected.
    const long timeout = 10;
    ssh_options_set(session.get(), SSH_OPTIONS_HOST, "127.0.0.1");
    ssh_options_set(session.get(), SSH_OPTIONS_PORT, &port);
    ssh_options_set(session.get(), SSH_OPTIONS_USER, "minpaas");
    ssh_options_set(session.get(), SSH_OPTIONS_PROCESS_CONFIG, &no_file);
    ssh_options_set(session.get(), SSH_OPTIONS_TIMEOUT, &timeout);
    EXPECT_EQ(ssh_connect(session.get()), SSH_OK) << ssh_get_error(session.get());
    ssh_userauth_none(session.get(), nullptr);
    return session;
  }

  static ClientKey load(const std::string& name) {
    ssh_key loaded = nullptr;
    EXPECT_EQ(ssh_pki_import_privkey_file(key(name).c_str(), nullptr, nullptr, nullptr, &loaded),
              SSH_OK);
    return ClientKey(loaded);
  }

  static ClientKey make_key() {
    ssh_key made = nullptr;
    EXPECT_EQ(ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &made), SSH_OK);
    return ClientKey(made);
  }

  static std::string run_on(ssh_session session, const char* command) {
    Handle<ssh_channel_struct, ssh_channel_free> channel(ssh_channel_new(session));
    if (ssh_channel_open_session(channel.get()) != SSH_OK ||
        ssh_channel_request_exec(channel.get(), command) != SSH_OK) {
      return "refused";
    }
    char text[256];
    const int got = ssh_channel_read(channel.get(), text, sizeof text, 0);
    return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : "";
  }
};

TEST_F(LoginAttacks, ProbingAKnownKeyAndSigningWithAnUnknownOneIsRefused) {
  start();
  const auto session = connect();
  const auto known = load("ed25519");
  const auto unknown = make_key();
  EXPECT_EQ(ssh_userauth_try_publickey(session.get(), nullptr, known.get()), SSH_AUTH_SUCCESS);
  EXPECT_EQ(ssh_userauth_publickey(session.get(), nullptr, unknown.get()), SSH_AUTH_DENIED);
  EXPECT_EQ(run_on(session.get(), "whoami"), "refused");
}

TEST_F(LoginAttacks, ProbingAnothersKeyDoesNotMakeOneTheOther) {
  start();
  known_.add("bob", key("bob").string() + ".pub");
  const auto session = connect();
  EXPECT_EQ(ssh_userauth_try_publickey(session.get(), nullptr, load("ed25519").get()),
            SSH_AUTH_SUCCESS);
  EXPECT_EQ(ssh_userauth_publickey(session.get(), nullptr, load("bob").get()), SSH_AUTH_SUCCESS);
  EXPECT_EQ(run_on(session.get(), "whoami").substr(0, 4), "bob ");
}

TEST_F(LoginAttacks, OpeningAChannelBeforeLoggingInIsRefused) {
  start();
  const auto session = connect();
  EXPECT_EQ(run_on(session.get(), "true"), "refused");
  EXPECT_TRUE(programs_.wait_until([](const auto& counts) { return counts.started == 0; }));
}

TEST_F(LoginAttacks, ProbingOneKnownKeyIsNoLogin) {
  start();
  const auto session = connect();
  EXPECT_EQ(ssh_userauth_try_publickey(session.get(), nullptr, load("ed25519").get()),
            SSH_AUTH_SUCCESS);
  EXPECT_EQ(run_on(session.get(), "true"), "refused");
}

TEST_F(LoginAttacks, GuessingPasswordsEndsAfterSixAttempts) {
  start();
  const auto session = connect();
  int denied = 0;
  while (denied < 50 && ssh_userauth_password(session.get(), nullptr, "guess") == SSH_AUTH_DENIED) {
    ++denied;
  }
  EXPECT_GE(denied, 5);
  EXPECT_LE(denied, 7);
  EXPECT_EQ(ssh_userauth_publickey(session.get(), nullptr, load("ed25519").get()), SSH_AUTH_ERROR);
}

TEST_F(LoginAttacks, GuessingByKeyboardInteractiveEndsAfterSixAttempts) {
  start();
  const auto session = connect();
  int denied = 0;
  while (denied < 50 && ssh_userauth_kbdint(session.get(), nullptr, nullptr) == SSH_AUTH_DENIED) {
    ++denied;
  }
  EXPECT_GE(denied, 5);
  EXPECT_LE(denied, 7);
}

TEST_F(LoginAttacks, TryingKeysEndsAfterTwenty) {
  start();
  const auto session = connect();
  const auto unknown = make_key();
  int denied = 0;
  while (denied < 50 &&
         ssh_userauth_try_publickey(session.get(), nullptr, unknown.get()) == SSH_AUTH_DENIED) {
    ++denied;
  }
  EXPECT_GE(denied, 19);
  EXPECT_LE(denied, 21);
}

TEST_F(LoginAttacks, ManyKeysInAnAgentDoNotLockAPersonOut) {
  start();
  const auto session = connect();
  for (int i = 0; i < 15; ++i) {
    EXPECT_EQ(ssh_userauth_try_publickey(session.get(), nullptr, make_key().get()),
              SSH_AUTH_DENIED);
  }
  EXPECT_EQ(ssh_userauth_publickey(session.get(), nullptr, load("ed25519").get()),
            SSH_AUTH_SUCCESS);
  EXPECT_EQ(run_on(session.get(), "whoami").substr(0, 6), "alice ");
}

TEST_F(LoginAttacks, AnUnknownKeyIsToldSo) {
  start();
  const auto result = run_program(ssh("other") + Arguments{"true"});
  EXPECT_EQ(result.status, 255);
  EXPECT_NE(result.err.find("Permission denied (publickey)"), std::string::npos) << result.err;
}

TEST_F(LoginAttacks, ACertificateForAKnownKeyIsRefused) {
  start();
  const auto copy = folder_.path() / "certified";
  std::filesystem::copy(key("ed25519"), copy);
  std::filesystem::copy(key("ed25519").string() + ".pub", copy.string() + ".pub");
  const auto signing = run_program({"ssh-keygen", "-q", "-s", key("other").string(), "-I", "x",
                                    "-n", "minpaas", copy.string() + ".pub"});
  ASSERT_EQ(signing.status, 0) << signing.err;
  auto arguments = ssh();
  arguments.insert(arguments.begin() + 1,
                   {"-o", "CertificateFile=" + copy.string() + "-cert.pub", "-o",
                    "PubkeyAcceptedAlgorithms=ssh-ed25519-cert-v01@openssh.com"});
  EXPECT_EQ(run_program(arguments + Arguments{"true"}).status, 255);
}

TEST_F(LoginAttacks, AShortRsaKeyIsRefusedEvenWhenItIsKnown) {
  start([](auto& options) { options.settings.login_grace = seconds(2); });
  known_.add("short", key("rsa1024").string() + ".pub");
  EXPECT_EQ(run_program(ssh("rsa1024") + Arguments{"true"}).status, 255);
}

TEST_F(LoginAttacks, ASignatureWithSha1IsRefused) {
  start([](auto& options) { options.settings.login_grace = seconds(2); });
  known_.add("rsa", key("rsa").string() + ".pub");
  auto arguments = ssh("rsa");
  arguments.insert(arguments.begin() + 1, {"-o", "PubkeyAcceptedAlgorithms=ssh-rsa"});
  EXPECT_EQ(run_program(arguments + Arguments{"true"}).status, 255);
}

TEST_F(LoginAttacks, AnAddressThatFailsThreeTimesIsTurnedAwayForAWhile) {
  start([](auto& options) { options.penalize_loopback = true; });
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(run_program(ssh("other") + Arguments{"true"}).status, 255);
  }
  // The penalty is added when the server has noticed that the client went.
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  std::string line = "SSH-";
  while (line.starts_with("SSH-") && std::chrono::steady_clock::now() < deadline) {
    line = RawConnection(port_).read_line();
  }
  EXPECT_EQ(line, "the address failed to log in too often\r\n");
  EXPECT_EQ(run_ssh("true").status, 255);
}

TEST_F(LoginAttacks, AStrangerHasOneRequestAConnection) {
  start();
  known_.add("stranger", key("ed25519").string() + ".pub");
  const auto session = connect();
  const auto pair = load("ed25519");
  ASSERT_EQ(ssh_userauth_publickey(session.get(), nullptr, pair.get()), SSH_AUTH_SUCCESS);
  EXPECT_TRUE(run_on(session.get(), "whoami").starts_with("stranger "));
  EXPECT_EQ(run_on(session.get(), "whoami"), "");
}

TEST_F(LoginAttacks, AStrangerIsTurnedAwayAfterThreeConnections) {
  start([](auto& options) { options.penalize_loopback = true; });
  known_.add("stranger", key("ed25519").string() + ".pub");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(run_ssh("true").status, 0);
  }
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  std::string line = "SSH-";
  while (line.starts_with("SSH-") && std::chrono::steady_clock::now() < deadline) {
    line = RawConnection(port_).read_line();
  }
  EXPECT_EQ(line, "the address failed to log in too often\r\n");
}

TEST_F(LoginAttacks, AStrangerWhoBecomesKnownPaysNothing) {
  start([](auto& options) { options.penalize_loopback = true; });
  for (int i = 0; i < 4; ++i) {
    known_.add("stranger", key("ed25519").string() + ".pub");
    const auto session = connect();
    const auto pair = load("ed25519");
    ASSERT_EQ(ssh_userauth_publickey(session.get(), nullptr, pair.get()), SSH_AUTH_SUCCESS) << i;
    known_.add("ann", key("ed25519").string() + ".pub");
    ssh_disconnect(session.get());
  }
  EXPECT_TRUE(run_ssh("whoami").out.starts_with("ann "));
}

TEST_F(LoginAttacks, AStrangerHoldsAPlaceOnlyForTheGraceTime) {
  start([](auto& options) { options.settings.login_grace = seconds(2); });
  known_.add("stranger", key("ed25519").string() + ".pub");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_NE(run_program(ssh() + Arguments{"wait"}).status, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(20));
}

}  // namespace
}  // namespace minpaas::test
