#include "core/certs/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

namespace minpaas::certs {
namespace {

using BioHandle = Handle<BIO, BIO_free>;

struct FreeBuffer {
  void operator()(void* memory) const noexcept { OPENSSL_free(memory); }
};

template <typename T>
using Buffer = std::unique_ptr<T, FreeBuffer>;

/// Nobody is asked for a password.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return -1;
}

BioHandle bio_over(std::string_view text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Error broken(std::string_view what) {
  return {ErrorCode::InvalidInput, std::string("the ") + std::string(what) + " cannot be read", "",
          openssl_words()};
}

Error encrypted() {
  return {ErrorCode::InvalidInput, "the private key is under a password",
          "take it off: openssl pkey -in key.pem", openssl_words()};
}

/// One block in PEM form, for the functions that read a block of their kind.
Result<std::string> block_of(const char* name, const char* header, const unsigned char* data,
                             long size) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio(out.get(), name, header, data, size) <= 0) {
    return broken("input");
  }
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(length));
}

Result<void> take_block(std::string_view name, const std::string& block, PemContent& content) {
  const BioHandle in = bio_over(block);
  if (name == "CERTIFICATE" || name == "X509 CERTIFICATE" || name == "TRUSTED CERTIFICATE") {
    X509Handle certificate(PEM_read_bio_X509_AUX(in.get(), nullptr, no_password, nullptr));
    if (!certificate) {
      return broken("certificate");
    }
    content.certificates.push_back(std::move(certificate));
  } else if (name.ends_with("PRIVATE KEY")) {
    if (block.find("ENCRYPTED") != std::string::npos) {
      return encrypted();
    }
    KeyHandle key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr));
    if (!key) {
      return broken("private key");
    }
    content.keys.push_back(std::move(key));
  }
  // Parameters of a curve, requests and the like are of no use to a server.
  return {};
}

template <typename Write>
Result<std::string> written(Write write) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!out || write(out.get()) != 1) {
    return Error{ErrorCode::Internal, "a certificate cannot be written", "", openssl_words()};
  }
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace

std::string openssl_words() {
  std::string words;
  std::array<char, 256> line{};
  while (const unsigned long code = ERR_get_error()) {
    ERR_error_string_n(code, line.data(), line.size());
    words += (words.empty() ? "" : "; ") + std::string(line.data());
  }
  return words;
}

Result<PemContent> read_pem(std::string_view text) {
  ERR_clear_error();
  PemContent content;
  const BioHandle in = bio_over(text);
  for (;;) {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    if (PEM_read_bio(in.get(), &name, &header, &data, &size) != 1) {
      const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
      const std::string words = openssl_words();
      return at_end ? Result<PemContent>(std::move(content))
                    : Error{ErrorCode::InvalidInput, "the input is not whole PEM text", "", words};
    }
    const Buffer<char> owned_name(name);
    const Buffer<char> owned_header(header);
    const Buffer<unsigned char> owned_data(data);
    const std::string block = TRY(block_of(name, header, data, size));
    TRY(take_block(name, block, content));
  }
}

Result<std::string> pem_of(X509& certificate) {
  return written([&](BIO* out) { return PEM_write_bio_X509(out, &certificate); });
}

Result<std::string> pem_of(EVP_PKEY& key) {
  return written([&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, &key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace minpaas::certs
