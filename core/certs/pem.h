#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/handle.h"
#include "core/base/result.h"

/// Objects of OpenSSL and their PEM form, for this folder.
namespace minpaas::certs {

using X509Handle = Handle<X509, X509_free>;
using KeyHandle = Handle<EVP_PKEY, EVP_PKEY_free>;

struct PemContent {
  std::vector<X509Handle> certificates;
  std::vector<KeyHandle> keys;
};

/// Errors: InvalidInput (a broken block, or a key under a password).
Result<PemContent> read_pem(std::string_view text);

/// What OpenSSL says about its last failure; empties its queue.
std::string openssl_words();

/// Errors: Internal.
Result<std::string> pem_of(X509& certificate);
/// PKCS 8, not encrypted. Errors: Internal.
Result<std::string> pem_of(EVP_PKEY& key);

}  // namespace minpaas::certs
