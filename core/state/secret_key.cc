#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/state/config_store.h"

namespace minpaas::state {
namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

using KeyBytes = std::array<unsigned char, kKeyBytes>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

Error wrong_size(const std::filesystem::path& file) {
  return {ErrorCode::Corrupt, fmt::format("{} is no key of MinPaas", file.string()),
          "restore it from a backup; config values cannot be read without it", ""};
}

/// Mode and content of one and the same file, whatever happens to its name meanwhile.
Result<KeyBytes> read_key(const Fd& fd, const std::filesystem::path& file) {
  struct stat found {};

  if (::fstat(fd.get(), &found) != 0) {
    return file_error(file, "read", errno);
  }
  if (!S_ISREG(found.st_mode) || found.st_size != static_cast<off_t>(kKeyBytes)) {
    return wrong_size(file);
  }
  if ((found.st_mode & kOthers) != 0) {
    return Error{ErrorCode::PermissionDenied,
                 fmt::format("{} can be used by others (mode {:04o})", file.string(),
                             found.st_mode & 07777U),
                 fmt::format("run `chmod 600 {}`", file.string()), ""};
  }
  KeyBytes bytes{};
  if (::read(fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    return wrong_size(file);
  }
  return bytes;
}

Result<KeyBytes> create_key(const std::filesystem::path& file) {
  KeyBytes bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  // Written under another name first: a crash in between leaves no half key.
  TRY(write_file_atomically(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                            S_IRUSR | S_IWUSR));
  return bytes;
}

}  // namespace

Result<SecretKey> SecretKey::load_or_create(const std::filesystem::path& file, bool must_exist) {
  if (sodium_init() < 0) {
    return Error{ErrorCode::Unavailable, "the system has no random numbers", "", "sodium_init"};
  }
  SecretKey key;
  static_assert(sizeof key.bytes_ == kKeyBytes);
  // O_NONBLOCK: a FIFO in its place must not hang the start.
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd) {
    key.bytes_ = TRY(read_key(fd, file));
    return key;
  }
  if (errno != ENOENT) {
    return file_error(file, "read", errno);
  }
  if (must_exist) {
    return Error{
        ErrorCode::NotFound,
        fmt::format("{} is missing, and there are config values encrypted with it", file.string()),
        "restore it from a backup; a new key could not read them", ""};
  }
  key.bytes_ = TRY(create_key(file));
  return key;
}

std::string SecretKey::encrypt(std::string_view plain, std::string_view context) const {
  std::string sealed(kNonceBytes + plain.size() + kTagBytes, '\0');
  // 24 random bytes never repeat in practice, so no counter has to be kept.
  randombytes_buf(sealed.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      bytes_of(sealed) + kNonceBytes, nullptr, bytes_of(plain), plain.size(), bytes_of(context),
      context.size(), nullptr, bytes_of(sealed), bytes_.data());
  return sealed;
}

Result<std::string> SecretKey::decrypt(std::string_view sealed, std::string_view context) const {
  const Error corrupt{ErrorCode::Corrupt, "a stored value cannot be decrypted",
                      "was secret.key replaced? Restore the one that belongs to this database", ""};
  if (sealed.size() < kNonceBytes + kTagBytes) {
    return corrupt;
  }
  std::string plain(sealed.size() - kNonceBytes - kTagBytes, '\0');
  const std::string_view body = sealed.substr(kNonceBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(plain), nullptr, nullptr, bytes_of(body),
                                                 body.size(), bytes_of(context), context.size(),
                                                 bytes_of(sealed), bytes_.data()) != 0) {
    return corrupt;
  }
  return plain;
}

std::string SecretKey::tag(std::string_view context, std::string_view bytes) const {
  std::string tag(crypto_generichash_BYTES, '\0');
  crypto_generichash_state state;
  crypto_generichash_init(&state, bytes_.data(), bytes_.size(), tag.size());
  // The size between the two keeps their bytes apart.
  const std::string head = fmt::format("{}:{}", context.size(), context);
  crypto_generichash_update(&state, bytes_of(head), head.size());
  crypto_generichash_update(&state, bytes_of(bytes), bytes.size());
  crypto_generichash_final(&state, bytes_of(tag), tag.size());
  return tag;
}

}  // namespace minpaas::state
