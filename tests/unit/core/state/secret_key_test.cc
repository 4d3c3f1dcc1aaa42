#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "core/base/file.h"
#include "core/state/config_store.h"
#include "tests/support/temp_dir.h"

namespace minpaas::state {
namespace {

class SecretKeyFile : public testing::Test {
 protected:
  [[nodiscard]] Result<SecretKey> load(bool must_exist = false) const {
    return SecretKey::load_or_create(path_, must_exist);
  }

  test::TempDir folder_;
  std::filesystem::path path_ = folder_.path() / "secret.key";
};

TEST_F(SecretKeyFile, IsMadeOnceForItsOwnerOnly) {
  const auto first = load();
  ASSERT_TRUE(first);

  struct stat found {};

  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  EXPECT_EQ(found.st_size, 32);
  const std::string sealed = first->encrypt("value", "context");
  EXPECT_EQ(load(true)->decrypt(sealed, "context").value(), "value");
}

TEST_F(SecretKeyFile, IsRefusedWhenOthersMayReadIt) {
  ASSERT_TRUE(load());
  for (const mode_t mode : {0640U, 0604U, 0660U}) {
    ::chmod(path_.c_str(), mode);
    const auto again = load();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(again.error().hint, "run `chmod 600 " + path_.string() + "`");
  }
}

TEST_F(SecretKeyFile, IsNeverMadeAnewWhenValuesNeedTheOldOne) {
  const auto missing = load(true);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SecretKeyFile, IsNeverReplacedWhenItIsDamaged) {
  for (const std::string& content : {std::string(), std::string(31, 'k'), std::string(33, 'k')}) {
    ASSERT_TRUE(write_file_atomically(path_, content, 0600));
    EXPECT_EQ(load().error().code, ErrorCode::Corrupt);
    EXPECT_EQ(read_file(path_, 100).value(), content);
  }
}

TEST_F(SecretKeyFile, MustBeAFile) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(load().error().code, ErrorCode::Corrupt);
}

TEST_F(SecretKeyFile, NeedsItsFolder) {
  const auto key = SecretKey::load_or_create(folder_.path() / "missing" / "secret.key", false);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, ErrorCode::NotFound);
}

TEST_F(SecretKeyFile, SealsAnyBytesDifferentlyEachTime) {
  const SecretKey key = load().value();
  for (const std::string& plain :
       {std::string(), std::string("a\0b\n\xff", 5), std::string(65536, 'x')}) {
    const std::string sealed = key.encrypt(plain, "c");
    EXPECT_EQ(key.decrypt(sealed, "c").value(), plain);
    EXPECT_NE(key.encrypt(plain, "c"), sealed);
  }
}

TEST_F(SecretKeyFile, DetectsEveryChangedByte) {
  const SecretKey key = load().value();
  const std::string sealed = key.encrypt("value", "c");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(key.decrypt(changed, "c").error().code, ErrorCode::Corrupt) << i;
    EXPECT_FALSE(key.decrypt(sealed.substr(0, i), "c")) << i;
  }
  EXPECT_FALSE(key.decrypt(sealed, "d"));
}

TEST_F(SecretKeyFile, OfAnotherInstallationOpensNothing) {
  const SecretKey key = load().value();
  const SecretKey other = SecretKey::load_or_create(folder_.path() / "other.key", false).value();
  const auto opened = other.decrypt(key.encrypt("hidden", "c"), "c");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().for_log().find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace minpaas::state
