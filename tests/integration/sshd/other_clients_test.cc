// Clients that are not OpenSSH: each runs a command, carries 30 MB both ways and passes a status.
#include "tests/integration/sshd/ssh_server_fixture.h"

namespace minpaas::test {
namespace {

using Arguments = std::vector<std::string>;
constexpr std::size_t kThirtyMegabytes = 30 << 20;

class OtherClients : public SshServerTest {
 protected:
  void check(const Arguments& client) {
    const auto refused = run_program(client + Arguments{"exit 5"});
    EXPECT_EQ(refused.status, 5) << refused.err;
    const std::string bytes = noise(kThirtyMegabytes);
    const auto result = run_program(client + Arguments{"cat"}, bytes);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(result.out == bytes) << result.out.size();
  }

  [[nodiscard]] std::string converted(const std::string& suffix) const {
    return (folder_.path() / ("key." + suffix)).string();
  }
};

TEST_F(OtherClients, Dropbear) {
  start();
  const auto conversion = run_program(
      {"dropbearconvert", "openssh", "dropbear", key("ed25519").string(), converted("dropbear")});
  ASSERT_EQ(conversion.status, 0) << conversion.err;
  check({"dbclient", "-y", "-y", "-T", "-i", converted("dropbear"), "-p", std::to_string(port_),
         "minpaas@127.0.0.1"});
}

TEST_F(OtherClients, Plink) {
  start();
  const auto conversion =
      run_program({"puttygen", key("ed25519").string(), "-O", "private", "-o", converted("ppk")});
  ASSERT_EQ(conversion.status, 0) << conversion.err;
  const auto host_keys = sshd::HostKeys::load_or_create(MINPAAS_TEST_HOST_KEYS);
  ASSERT_TRUE(host_keys);
  check({"env", "HOME=" + folder_.path().string(), "plink", "-batch", "-ssh", "-T", "-hostkey",
         host_keys->fingerprints().at(0), "-i", converted("ppk"), "-P", std::to_string(port_),
         "minpaas@127.0.0.1"});
}

TEST_F(OtherClients, Paramiko) {
  start();
  check({"/usr/bin/python3",
         std::string(MINPAAS_SOURCE_DIR) + "/tests/integration/sshd/paramiko_run.py",
         std::to_string(port_), key("ed25519").string()});
}

TEST_F(OtherClients, SendSizesAndSignals) {
  start();
  const auto result =
      run_program({"/usr/bin/python3",
                   std::string(MINPAAS_SOURCE_DIR) + "/tests/integration/sshd/paramiko_terminal.py",
                   std::to_string(port_), key("ed25519").string()});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "vt220+x 91x31\n101x44\nsignal USR1\n143\n['120', '113']\n130\n");
}

}  // namespace
}  // namespace minpaas::test
