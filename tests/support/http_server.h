#pragma once

#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/fd.h"
#include "core/base/guarded.h"
#include "core/base/result.h"

namespace minpaas::test {

/// One request that HttpServer has read the head of, and the way to answer it.
class HttpCall {
 public:
  explicit HttpCall(int fd) : fd_(fd) {}

  std::string method;
  /// Decoded, without the query.
  std::string path;
  std::map<std::string, std::string, std::less<>> query;
  /// Names in lower case.
  std::map<std::string, std::string, std::less<>> headers;

  /// The next piece of the body, empty at its end; Disconnected when the client is gone.
  Result<std::string> read_some();
  /// All of the body.
  Result<std::string> read_body();

  /// A whole answer.
  void answer(int status, std::string_view body, std::string_view type = "application/json",
              std::string_view more_headers = "");
  /// An answer in chunks; false once the client is gone.
  bool begin(int status, std::string_view type);
  bool write(std::string_view piece);
  void end();
  /// Bytes as they are; false once the client is gone.
  bool raw(std::string_view bytes);
  /// The next bytes as they are, empty when the client sends no more. Thread: one, which may be
  /// another than that of `raw`.
  std::string read_raw();
  /// Waits until the connection is closed on both sides, by this server too.
  void wait_for_close() const;
  /// Closes both directions.
  void close();

  /// Closes the connection after this call.
  void hang_up() { keep_ = false; }

  /// Requested when the client closes the connection while the handler runs.
  [[nodiscard]] std::stop_token gone() const { return gone_.get_token(); }

 private:
  friend class HttpServer;

  /// False when the client closed the connection or sent no HTTP.
  bool read_head();
  bool fill();
  Result<std::string> read_chunk();
  bool send_all(std::string_view bytes);

  int fd_;
  std::string buffer_;
  std::size_t body_left_ = 0;
  bool chunked_ = false;
  bool body_done_ = true;
  bool keep_ = true;
  std::stop_source gone_;
};

/// A small HTTP/1.1 server for tests, on a unix socket or on a loopback port: a thread a
/// connection, keep-alive, chunks in both directions. Its destructor closes all connections and
/// waits.
class HttpServer {
 public:
  /// Runs in the connection's thread.
  using Handler = std::function<void(HttpCall&)>;

  /// Listens at once; throws std::runtime_error when it cannot.
  HttpServer(const std::filesystem::path& socket, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Connections that were accepted so far.
  [[nodiscard]] int connections() const;

 private:
  struct Connections {
    std::list<Fd> open;
    std::list<std::jthread> threads;
    int accepted = 0;
    bool stopping = false;
  };

  void accept_loop();
  void serve(int fd);

  Handler handler_;
  Fd listener_;
  Guarded<Connections> connections_;
  std::jthread acceptor_;
};

}  // namespace minpaas::test
