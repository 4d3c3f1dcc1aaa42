#include "sshd/public_key.h"

#include <libssh/libssh.h>

#include "core/base/handle.h"

namespace minpaas::sshd {

PublicKey describe_key(const ssh_key_struct* key) {
  // libssh's functions take `const ssh_key`, a constant pointer, and do not change the key.
  auto* handle = const_cast<ssh_key_struct*>(key);
  PublicKey described;
  unsigned char* hash = nullptr;
  std::size_t hash_length = 0;
  if (ssh_get_publickey_hash(handle, SSH_PUBLICKEY_HASH_SHA256, &hash, &hash_length) == SSH_OK) {
    const Handle<char, ssh_string_free_char> text(
        ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, hash_length));
    described.fingerprint = text ? text.get() : "";
    ssh_clean_pubkey_hash(&hash);
  }
  char* blob = nullptr;
  if (ssh_pki_export_pubkey_base64(handle, &blob) == SSH_OK) {
    const Handle<char, ssh_string_free_char> owned(blob);
    described.blob_base64 = blob;
  }
  return described;
}

bool is_certificate(const ssh_key_struct* key) {
  switch (ssh_key_type(const_cast<ssh_key_struct*>(key))) {
    case SSH_KEYTYPE_DSS_CERT01:
    case SSH_KEYTYPE_RSA_CERT01:
    case SSH_KEYTYPE_ECDSA_P256_CERT01:
    case SSH_KEYTYPE_ECDSA_P384_CERT01:
    case SSH_KEYTYPE_ECDSA_P521_CERT01:
    case SSH_KEYTYPE_ED25519_CERT01:
    case SSH_KEYTYPE_SK_ECDSA_CERT01:
    case SSH_KEYTYPE_SK_ED25519_CERT01:
      return true;
    default:
      return false;
  }
}

}  // namespace minpaas::sshd
