#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/state/key_blob.h"
#include "core/state/key_store.h"

namespace {

using minpaas::state::PublicKey;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

bool is_one_safe_line(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return false;
    }
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto key = PublicKey::parse(text);
  if (!key) {
    require(is_one_safe_line(key.error().message));
  } else {
    require(is_one_safe_line(key->comment));
    const auto again = PublicKey::parse(key->type + " " + key->blob_base64 + " " + key->comment);
    require(again.has_value() && again->fingerprint == key->fingerprint);
  }
  // The same bytes as what stands behind the base64, which a mutation seldom leaves whole.
  for (const char* type : {"ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256"}) {
    const auto checked = minpaas::state::check_key_blob(type, text);
    require(checked.has_value() || is_one_safe_line(checked.error().message));
  }
  std::vector<std::string> bad;
  const auto keys = minpaas::state::parse_key_file(text, bad);
  for (const std::string& line : bad) {
    require(is_one_safe_line(line));
  }
  require(keys.size() + bad.size() <= size);
  return 0;
}
