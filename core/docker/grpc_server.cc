#include "core/docker/grpc_server.h"

#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace minpaas::docker {
namespace {

/// Of a message: a byte for the compression, four for the length.
constexpr std::size_t kPrefixBytes = 5;

Error broken(int why) {
  return {ErrorCode::Unavailable, "the Docker Engine closed the connection",
          "look whether it was stopped or restarted", std::strerror(why)};
}

Error no_http2(int why) {
  return {ErrorCode::Corrupt, "the Docker Engine does not speak HTTP/2 in a build session", "",
          nghttp2_strerror(why)};
}

std::string framed(std::string_view message) {
  std::string text(kPrefixBytes, '\0');
  for (std::size_t place = 1; place < kPrefixBytes; ++place) {
    text[place] = static_cast<char>(message.size() >> (8 * (kPrefixBytes - 1 - place)));
  }
  return text.append(message);
}

nghttp2_nv header(std::string_view name, std::string_view value) {
  // nghttp2 copies both, and changes neither.
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
          value.size(), NGHTTP2_NV_FLAG_NONE};
}

/// One call: a stream of the connection.
struct Call {
  std::string method;
  std::string request;
  bool too_long = false;
  std::string answer;
  std::size_t sent = 0;
  std::string status;
};

class Connection {
 public:
  explicit Connection(const GrpcMethods& methods) : methods_(methods) {}

  Result<void> open();
  Result<void> take(std::string_view bytes);
  /// What is to be sent next; empty: nothing now.
  Result<std::string_view> to_send();

  [[nodiscard]] bool is_over() const {
    return nghttp2_session_want_read(session_.get()) == 0 &&
           nghttp2_session_want_write(session_.get()) == 0;
  }

 private:
  struct Free {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };

  static Connection& of(void* user) { return *static_cast<Connection*>(user); }

  static int on_header(nghttp2_session* session, const nghttp2_frame* frame,
                       const std::uint8_t* name, std::size_t name_length, const std::uint8_t* value,
                       std::size_t value_length, std::uint8_t flags, void* user);
  static int on_data(nghttp2_session* session, std::uint8_t flags, std::int32_t stream,
                     const std::uint8_t* data, std::size_t length, void* user);
  static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user);
  static int on_close(nghttp2_session* session, std::int32_t stream, std::uint32_t why, void* user);
  static ssize_t read_answer(nghttp2_session* session, std::int32_t stream, std::uint8_t* into,
                             std::size_t most, std::uint32_t* flags, nghttp2_data_source* source,
                             void* user);

  [[nodiscard]] GrpcAnswer ask(const Call& call) const;
  int answer(std::int32_t stream);

  const GrpcMethods& methods_;
  std::map<std::int32_t, Call> calls_;
  std::unique_ptr<nghttp2_session, Free> session_;
};

Result<void> Connection::open() {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  nghttp2_session* session = nullptr;
  const int made = nghttp2_session_server_new(&session, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);
  session_.reset(session);
  const int sent =
      made != 0 ? made : nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
  return sent == 0 ? Result<void>() : no_http2(sent);
}

Result<void> Connection::take(std::string_view bytes) {
  const ssize_t taken = nghttp2_session_mem_recv(
      session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return taken >= 0 ? Result<void>() : no_http2(static_cast<int>(taken));
}

Result<std::string_view> Connection::to_send() {
  const std::uint8_t* bytes = nullptr;
  const ssize_t length = nghttp2_session_mem_send(session_.get(), &bytes);
  if (length < 0) {
    return no_http2(static_cast<int>(length));
  }
  return std::string_view(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
}

int Connection::on_header(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                          const std::uint8_t* name, std::size_t name_length,
                          const std::uint8_t* value, std::size_t value_length,
                          std::uint8_t /*flags*/, void* user) {
  if (std::string_view(reinterpret_cast<const char*>(name), name_length) == ":path") {
    of(user).calls_[frame->hd.stream_id].method.assign(reinterpret_cast<const char*>(value),
                                                       value_length);
  }
  return 0;
}

int Connection::on_data(nghttp2_session* /*session*/, std::uint8_t /*flags*/, std::int32_t stream,
                        const std::uint8_t* data, std::size_t length, void* user) {
  Call& call = of(user).calls_[stream];
  call.too_long = call.too_long || call.request.size() + length > kMostGrpcRequestBytes;
  if (!call.too_long) {
    call.request.append(reinterpret_cast<const char*>(data), length);
  }
  return 0;
}

int Connection::on_frame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
  const bool has_ended = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  const bool is_request = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
  return has_ended && is_request ? of(user).answer(frame->hd.stream_id) : 0;
}

int Connection::on_close(nghttp2_session* /*session*/, std::int32_t stream, std::uint32_t /*why*/,
                         void* user) {
  of(user).calls_.erase(stream);
  return 0;
}

GrpcAnswer Connection::ask(const Call& call) const {
  const auto method = methods_.find(call.method);
  if (method == methods_.end()) {
    return {GrpcStatus::Unimplemented};
  }
  if (call.too_long || call.request.size() < kPrefixBytes) {
    return {GrpcStatus::ResourceExhausted};
  }
  return method->second(std::string_view(call.request).substr(kPrefixBytes));
}

int Connection::answer(std::int32_t stream) {
  Call& call = calls_[stream];
  const GrpcAnswer said = ask(call);
  call.answer = said.status == GrpcStatus::Ok ? framed(said.message) : std::string();
  call.status = std::to_string(static_cast<int>(said.status));
  const std::array headers{header(":status", "200"), header("content-type", "application/grpc")};
  nghttp2_data_provider body{};
  body.source.ptr = &call;
  body.read_callback = read_answer;
  return nghttp2_submit_response(session_.get(), stream, headers.data(), headers.size(), &body);
}

ssize_t Connection::read_answer(nghttp2_session* session, std::int32_t stream, std::uint8_t* into,
                                std::size_t most, std::uint32_t* flags, nghttp2_data_source* source,
                                void* /*user*/) {
  Call& call = *static_cast<Call*>(source->ptr);
  const std::size_t length = std::min(most, call.answer.size() - call.sent);
  std::copy_n(call.answer.data() + call.sent, length, into);
  call.sent += length;
  if (call.sent == call.answer.size()) {
    // The status comes behind, as a trailer.
    *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    const nghttp2_nv status = header("grpc-status", call.status);
    if (nghttp2_submit_trailer(session, stream, &status, 1) != 0) {
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
  }
  return static_cast<ssize_t>(length);
}

/// Waits for one of `events`; nothing: `stop`.
Result<short> wait(const Fd& socket, short events, const WakeUp& wake,
                   const std::stop_token& stop) {
  std::array<pollfd, 2> entries{{{socket.get(), events, 0}, {wake.fd(), POLLIN, 0}}};
  while (!stop.stop_requested()) {
    const int ready = ::poll(entries.data(), entries.size(), -1);
    if (entries[0].revents != 0) {
      return entries[0].revents;
    }
    if (ready < 0 && errno != EINTR) {
      return broken(errno);
    }
  }
  return short{0};
}

Result<void> send_all(const Fd& socket, std::string_view bytes, const WakeUp& wake,
                      const std::stop_token& stop) {
  while (!bytes.empty() && TRY(wait(socket, POLLOUT, wake, stop)) != 0) {
    const ssize_t sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EINTR && errno != EAGAIN) {
      return broken(errno);
    }
  }
  return {};
}

}  // namespace

Result<void> serve_grpc(const Fd& socket, std::string_view first, const GrpcMethods& methods,
                        const std::stop_token& stop) {
  const auto wake = TRY(WakeUp::make());
  const std::stop_callback on_stop(stop, [&wake] { wake.signal(); });
  Connection connection(methods);
  TRY(connection.open());
  TRY(connection.take(first));
  std::vector<char> block(kMostGrpcRequestBytes);
  for (;;) {
    for (;;) {
      const auto bytes = TRY(connection.to_send());
      if (bytes.empty()) {
        break;
      }
      TRY(send_all(socket, bytes, wake, stop));
    }
    if (connection.is_over() || TRY(wait(socket, POLLIN, wake, stop)) == 0) {
      return {};
    }
    const ssize_t got = ::recv(socket.get(), block.data(), block.size(), 0);
    if (got == 0) {
      return {};
    }
    if (got > 0) {
      TRY(connection.take({block.data(), static_cast<std::size_t>(got)}));
    } else if (errno != EINTR && errno != EAGAIN) {
      return broken(errno);
    }
  }
}

}  // namespace minpaas::docker
