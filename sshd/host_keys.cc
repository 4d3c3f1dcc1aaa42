#include "sshd/host_keys.h"

#include <fmt/format.h>
#include <libssh/libssh.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "core/base/file.h"
#include "core/base/handle.h"
#include "sshd/public_key.h"

namespace minpaas::sshd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostKeyBytes = 64 * 1024;

struct KeyKind {
  const char* file;
  ssh_keytypes_e type;
  int bits;
};

constexpr KeyKind kKinds[] = {{"ssh_host_ed25519_key", SSH_KEYTYPE_ED25519, 0},
                              {"ssh_host_rsa_key", SSH_KEYTYPE_RSA, 3072}};

Error broken_key(const fs::path& path, std::string_view why) {
  return {ErrorCode::Corrupt, fmt::format("the SSH host key {} {}", path.string(), why),
          "restore it from a backup; if that is impossible, move it away: a new one is made, and "
          "every client has to accept the changed host key",
          ""};
}

Result<void> check_mode(const fs::path& path, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) {
    return broken_key(path, "is no regular file");
  }
  if ((status.st_mode & 077) != 0) {
    return Error{ErrorCode::PermissionDenied,
                 fmt::format("the SSH host key {} can be read by others (mode {:04o})",
                             path.string(), status.st_mode & 07777),
                 fmt::format("chmod 600 {}; if others may have read it, replace it", path.string()),
                 ""};
  }
  return {};
}

Result<HostKeys::Key> load(const fs::path& path, const KeyKind& kind) {
  const std::string text = TRY(read_file(path, kMostKeyBytes));
  ssh_key raw = nullptr;
  const int loaded = ssh_pki_import_privkey_base64(text.c_str(), nullptr, nullptr, nullptr, &raw);
  HostKeys::Key key(raw);
  if (loaded != SSH_OK || !key) {
    return broken_key(path, "is no private key without passphrase");
  }
  if (ssh_key_type(key.get()) != kind.type) {
    return broken_key(
        path, fmt::format("is of type {}, not {}", ssh_key_type_to_char(ssh_key_type(key.get())),
                          ssh_key_type_to_char(kind.type)));
  }
  return key;
}

/// Puts the key in place by link(), which never replaces a file that came there meanwhile.
Result<void> store(const fs::path& path, const std::string& text) {
  auto temporary = path;
  temporary += fmt::format(".new-{}", ::getpid());
  ::unlink(temporary.c_str());
  TRY(create_file(temporary, text, 0600));
  const int failed = ::link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(temporary.c_str());
  if (failed != 0) {
    return file_error(path, "create", failed);
  }
  return sync_folder(path.parent_path());
}

Result<HostKeys::Key> create(const fs::path& path, const KeyKind& kind) {
  ssh_key raw = nullptr;
  const int generated = ssh_pki_generate(kind.type, kind.bits, &raw);
  HostKeys::Key key(raw);
  char* text = nullptr;
  if (generated != SSH_OK ||
      ssh_pki_export_privkey_base64(key.get(), nullptr, nullptr, nullptr, &text) != SSH_OK) {
    return Error{ErrorCode::Internal, fmt::format("cannot make the SSH host key {}", path.string()),
                 "", "libssh made or exported no key"};
  }
  const auto stored = store(path, text);
  explicit_bzero(text, std::strlen(text));
  ssh_string_free_char(text);
  if (!stored && stored.error().code == ErrorCode::AlreadyExists) {
    return load(path, kind);  // another process was faster
  }
  if (!stored) {
    return stored.error();
  }
  return key;
}

Result<HostKeys::Key> load_or_create_key(const fs::path& path, const KeyKind& kind) {
  struct stat status {};

  if (::stat(path.c_str(), &status) == 0) {
    TRY(check_mode(path, status));
    return load(path, kind);
  }
  if (errno != ENOENT) {
    return file_error(path, "read", errno);
  }
  return create(path, kind);
}

}  // namespace

void HostKeys::KeyDeleter::operator()(ssh_key_struct* key) const noexcept {
  ssh_key_free(key);
}

Result<HostKeys> HostKeys::load_or_create(const fs::path& folder) {
  TRY(make_folder(folder, 0700));
  std::vector<Key> keys;
  for (const KeyKind& kind : kKinds) {
    keys.push_back(TRY(load_or_create_key(folder / kind.file, kind)));
  }
  return HostKeys(std::move(keys));
}

Result<HostKeys> HostKeys::make_temporary() {
  ssh_key raw = nullptr;
  if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &raw) != SSH_OK) {
    return Error{ErrorCode::Internal, "cannot make an SSH host key", "", "libssh made no key"};
  }
  std::vector<Key> keys;
  keys.emplace_back(raw);
  return HostKeys(std::move(keys));
}

std::vector<std::string> HostKeys::fingerprints() const {
  std::vector<std::string> texts;
  for (const Key& key : keys_) {
    texts.push_back(describe_key(key.get()).fingerprint);
  }
  return texts;
}

}  // namespace minpaas::sshd
