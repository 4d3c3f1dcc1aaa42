#include "tests/support/tls_client.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>

#include "core/base/fd.h"
#include "core/base/handle.h"
#include "core/base/text.h"

namespace minpaas::test {

struct TlsClient::Parts {
  Fd socket;
  Handle<SSL_CTX, SSL_CTX_free> context{SSL_CTX_new(TLS_client_method())};
  Handle<SSL, SSL_free> tls{SSL_new(context.get())};
  bool connected = false;
};

TlsClient::TlsClient(int port, const std::string& name, const std::string& protocol,
                     int most_version)
    : parts_(std::make_unique<Parts>()) {
  parts_->socket = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(parts_->socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) !=
      0) {
    return;
  }
  SSL* tls = parts_->tls.get();
  const std::string offer = std::string(1, static_cast<char>(protocol.size())) + protocol;
  SSL_set_alpn_protos(tls, reinterpret_cast<const unsigned char*>(offer.data()),
                      static_cast<unsigned int>(offer.size()));
  if (!name.empty()) {
    // The macro for it has a cast of C.
    SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(name.c_str()));
  }
  if (most_version != 0) {
    SSL_set_security_level(tls, 0);
    SSL_set_min_proto_version(tls, most_version);
    SSL_set_max_proto_version(tls, most_version);
  }
  SSL_set_fd(tls, parts_->socket.get());
  parts_->connected = SSL_connect(tls) == 1;
}

TlsClient::~TlsClient() = default;

bool TlsClient::is_connected() const {
  return parts_->connected;
}

std::string TlsClient::certificate() const {
  const Handle<X509, X509_free> shown(SSL_get1_peer_certificate(parts_->tls.get()));
  const Handle<BIO, BIO_free> out(BIO_new(BIO_s_mem()));
  if (!shown || !out || PEM_write_bio_X509(out.get(), shown.get()) != 1) {
    return "";
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(parts_->tls.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string TlsClient::get(const std::string& host, const std::string& path) {
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  if (!parts_->connected ||
      SSL_write(parts_->tls.get(), request.data(), static_cast<int>(request.size())) <= 0) {
    return "";
  }
  // HAProxy writes the names of headers in lower case for HTTP/1.1 too when it makes the answer.
  constexpr std::string_view kLength = "ength: ";
  constexpr std::string_view kEnd = "\r\n\r\n";
  std::string answer;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto body = answer.find(kEnd);
    const auto length = answer.find(kLength);
    if (body != std::string::npos && length < body) {
      const auto begin = length + kLength.size();
      const auto size =
          parse_number(std::string_view(answer).substr(begin, answer.find('\r', begin) - begin),
                       "length", 0, 1 << 30);
      if (!size || answer.size() >= body + kEnd.size() + static_cast<std::size_t>(*size)) {
        return answer;
      }
    }
    const int count = SSL_read(parts_->tls.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (count <= 0) {
      return answer;
    }
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace minpaas::test
