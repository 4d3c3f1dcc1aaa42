#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "core/base/terminal_text.h"
#include "core/base/text.h"
#include "core/state/key_blob.h"
#include "core/state/key_store.h"

namespace minpaas::state {
namespace {

/// The longest line that sshd(8) reads is 8 kB; an RSA key of 16384 bits takes 2.8 kB.
constexpr std::size_t kMostLineBytes = 8192;
constexpr std::size_t kMostCommentBytes = 200;
constexpr std::string_view kExample =
    "paste the one line of a file like ~/.ssh/id_ed25519.pub (`ssh-keygen -t ed25519` makes one)";

Error refused(std::string_view why, std::string_view hint = kExample) {
  return {ErrorCode::InvalidInput, std::string(why), std::string(hint), ""};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// What people paste by mistake. The text itself is never repeated: it may be a secret.
Result<void> require_no_other_format(std::string_view text) {
  if (contains(text, "PRIVATE KEY") || contains(text, "PuTTY-User-Key-File")) {
    return refused("this is a private key: keep it secret and give the public one",
                   "the public key is in the file that ends in .pub");
  }
  if (contains(text, "-----BEGIN") || contains(text, "---- BEGIN")) {
    return refused("this is a public key in another format",
                   "convert it with `ssh-keygen -i -f FILE`");
  }
  return {};
}

/// The next word; `line` is what follows it.
std::string_view take_word(std::string_view& line) {
  line = trim(line);
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(word.size());
  return word;
}

Error bad_type(std::string_view type, std::string_view rest) {
  if (contains(type, "-cert-v0")) {
    return refused("certificates are not accepted", "give the public key itself");
  }
  if (type == "ssh-dss") {
    return refused("DSA keys are too weak to be accepted",
                   "make a new key with `ssh-keygen -t ed25519`");
  }
  // `no-pty ssh-ed25519 AAAA`, `from="10.0.0.1" ssh-rsa AAAA`: rules of an authorized_keys file.
  for (std::string_view left = rest; !trim(left).empty();) {
    if (is_key_type(take_word(left))) {
      return refused("options before the key are not accepted",
                     "leave out everything before the key's type");
    }
  }
  return refused("this is no SSH public key");
}

/// Strict: no white space, correct padding, no stray bits. Empty when it is no base64.
std::string decode_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0) {
    return {};
  }
  bytes.resize(size);
  return bytes;
}

std::string fingerprint_of(std::string_view blob) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(blob.data()), blob.size());
  std::array<char, sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES,
                                             sodium_base64_VARIANT_ORIGINAL_NO_PADDING)>
      text{};
  sodium_bin2base64(text.data(), text.size(), hash.data(), hash.size(),
                    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  return fmt::format("SHA256:{}", text.data());
}

/// Safe to show on a terminal.
std::string safe_comment(std::string_view text) {
  return sanitize_terminal(escape_controls(trim(text).substr(0, kMostCommentBytes)));
}

}  // namespace

Result<PublicKey> PublicKey::parse(std::string_view line) {
  std::string_view rest = trim(line);
  TRY(require_no_other_format(rest));
  if (rest.empty() || rest.size() > kMostLineBytes) {
    return refused(rest.empty() ? "there is no public key" : "this is too long for a public key");
  }
  if (rest.find_first_of("\r\n") != std::string_view::npos) {
    return refused("there is more than one line", "add one key at a time");
  }
  const std::string_view type = take_word(rest);
  if (!is_key_type(type)) {
    return bad_type(type, rest);
  }
  const std::string_view base64 = take_word(rest);
  const std::string blob = decode_base64(base64);
  if (blob.empty()) {
    return refused("the key is damaged: its second word is no base64",
                   "copy the whole line again; an editor may have broken it");
  }
  TRY(check_key_blob(type, blob));
  return PublicKey{std::string(type), std::string(base64), safe_comment(rest),
                   fingerprint_of(blob)};
}

Result<PublicKey> PublicKey::from_blob(std::string_view blob_base64) {
  // RFC 4253 section 6.6: the name of the algorithm as a string, whose length comes first.
  constexpr std::size_t kLengthBytes = 4;
  const std::string blob = decode_base64(blob_base64);
  const std::size_t length = blob.size() > kLengthBytes ? static_cast<unsigned char>(blob[3]) : 0;
  return parse(fmt::format(
      "{} {}", std::string_view(blob).substr(std::min(kLengthBytes, blob.size()), length),
      blob_base64));
}

std::vector<PublicKey> parse_key_file(std::string_view text, std::vector<std::string>& bad) {
  std::vector<PublicKey> keys;
  std::size_t number = 0;
  for (const std::string_view raw : split(text, '\n')) {
    ++number;
    const std::string_view line = trim(raw);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    auto key = PublicKey::parse(line);
    if (key) {
      keys.push_back(*std::move(key));
    } else {
      bad.push_back(fmt::format("line {}: {}", number, key.error().message));
    }
  }
  return keys;
}

}  // namespace minpaas::state
