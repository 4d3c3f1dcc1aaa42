#include "sshd/host_keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/base/file.h"
#include "sshd/gcm_self_test.h"
#include "tests/support/temp_dir.h"

namespace minpaas::sshd {
namespace {

namespace fs = std::filesystem;

class HostKeyFiles : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path ed25519() const { return folder_.path() / "ssh" / "ssh_host_ed25519_key"; }

  [[nodiscard]] fs::path rsa() const { return folder_.path() / "ssh" / "ssh_host_rsa_key"; }

  [[nodiscard]] Result<HostKeys> load() const {
    return HostKeys::load_or_create(folder_.path() / "ssh");
  }

  test::TempDir folder_;
};

unsigned mode_of(const fs::path& path) {
  struct stat status {};

  ::stat(path.c_str(), &status);
  return status.st_mode & 07777;
}

TEST_F(HostKeyFiles, AreMadeOnceForTheirOwnerOnly) {
  const auto made = load();
  ASSERT_TRUE(made) << made.error().for_log();
  ASSERT_EQ(made->fingerprints().size(), 2U);
  EXPECT_EQ(made->fingerprints()[0].substr(0, 7), "SHA256:");
  EXPECT_EQ(mode_of(ed25519()), 0600U);
  EXPECT_EQ(mode_of(rsa()), 0600U);
  EXPECT_EQ(mode_of(ed25519().parent_path()), 0700U);
  const auto files = std::distance(fs::directory_iterator(ed25519().parent_path()), {});
  EXPECT_EQ(files, 2);
  const auto loaded = load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->fingerprints(), made->fingerprints());
}

TEST_F(HostKeyFiles, AreNeverReplacedWhenTheyAreBroken) {
  ASSERT_TRUE(load());
  const std::string half = read_file(ed25519(), 65536)->substr(0, 100);
  ASSERT_TRUE(write_file_atomically(ed25519(), half, 0600));
  const auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::Corrupt);
  EXPECT_NE(loaded.error().message.find(ed25519().string()), std::string::npos);
  EXPECT_FALSE(loaded.error().hint.empty());
  EXPECT_EQ(*read_file(ed25519(), 65536), half);
}

TEST_F(HostKeyFiles, AreNotUsedWhenEmpty) {
  ASSERT_TRUE(load());
  ASSERT_TRUE(write_file_atomically(rsa(), "", 0600));
  EXPECT_EQ(load().error().code, ErrorCode::Corrupt);
}

TEST_F(HostKeyFiles, AreNotUsedWhenOthersMayReadThem) {
  ASSERT_TRUE(load());
  ASSERT_EQ(::chmod(rsa().c_str(), 0640), 0);
  const auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::PermissionDenied);
  EXPECT_NE(loaded.error().hint.find("chmod 600"), std::string::npos);
}

TEST_F(HostKeyFiles, AreNotUsedWhenOfAnotherType) {
  ASSERT_TRUE(load());
  ASSERT_TRUE(write_file_atomically(rsa(), *read_file(ed25519(), 65536), 0600));
  EXPECT_EQ(load().error().code, ErrorCode::Corrupt);
}

TEST_F(HostKeyFiles, AreNotUsedWhenTheyAreNoFile) {
  ASSERT_TRUE(make_folder(folder_.path() / "ssh", 0700));
  ASSERT_TRUE(make_folder(ed25519(), 0700));
  EXPECT_EQ(load().error().code, ErrorCode::Corrupt);
}

TEST(GcmSelfTest, TakesAGoodPacket) {
  EXPECT_EQ(gcm_packet_is_taken(Tampering::None), true);
}

TEST(GcmSelfTest, FindsThatThisLibsshRefusesATamperedPacket) {
  EXPECT_EQ(gcm_packet_is_taken(Tampering::FlipsTagBit), false);
  EXPECT_EQ(test_gcm(), GcmSupport::Offered);
}

}  // namespace
}  // namespace minpaas::sshd
