#pragma once

#include <memory>
#include <string>

namespace minpaas::test {

/// A TLS connection to a port of 127.0.0.1 that trusts whatever it is shown. Thread: one.
class TlsClient {
 public:
  /// Sends `name` as SNI unless it is empty. `protocols` are offered by ALPN (`h2`, `http/1.1`).
  TlsClient(int port, const std::string& name, const std::string& protocol = "http/1.1",
            int most_version = 0);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  [[nodiscard]] bool is_connected() const;
  /// The certificate in PEM form, as certs::Certificate::pem begins.
  [[nodiscard]] std::string certificate() const;
  /// What the server has chosen of the protocols.
  [[nodiscard]] std::string protocol() const;
  /// Head and body of the answer to a GET by HTTP/1.1; the connection stays. Empty: it was closed.
  std::string get(const std::string& host, const std::string& path = "/");

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace minpaas::test
