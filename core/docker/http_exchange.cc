#include "core/docker/http_exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/text.h"

namespace minpaas::docker {
namespace {

constexpr std::size_t kMostCollectedBytes = 64UL << 20;
/// Of an error's body; what the engine says is short.
constexpr std::size_t kMostErrorBytes = 64UL << 10;
constexpr long kUploadBufferBytes = 256L << 10;
constexpr milliseconds kConnectDeadline{5000};
/// Longest sleep between two looks at the limits; a stop wakes it at once.
constexpr milliseconds kLongestWait{60'000};

SteadyTime now() {
  return std::chrono::steady_clock::now();
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

template <typename Value>
void set(const EasyHandle& easy, CURLoption option, Value value) {
  // Every option below exists since 7.40; what fails here would fail again in perform.
  static_cast<void>(curl_easy_setopt(easy.get(), option, value));
}

Error cancelled() {
  return {ErrorCode::Cancelled, "cancelled", "", ""};
}

Error too_slow(milliseconds limit) {
  return {ErrorCode::Timeout,
          fmt::format("the Docker Engine did not answer within {}", format_duration(limit)),
          "look whether the engine or its disk is overloaded", ""};
}

}  // namespace

Exchange::Exchange(Connection& connection, const HttpRequest& request,
                   const std::string& socket_path)
    : connection_(connection), request_(request), socket_path_(socket_path) {
  prepare();
  curl_multi_add_handle(connection_.multi.get(), connection_.easy.get());
}

Exchange::~Exchange() {
  curl_multi_remove_handle(connection_.multi.get(), connection_.easy.get());
}

void Exchange::prepare() {
  const auto& easy = connection_.easy;
  curl_easy_reset(easy.get());
  const std::string url = "http://engine" + request_.target;
  set(easy, CURLOPT_URL, url.c_str());
  set(easy, CURLOPT_UNIX_SOCKET_PATH, socket_path_.c_str());
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(kConnectDeadline.count()));
  // The engine answers 100 late or never; waiting for it costs a second.
  headers_.reset(curl_slist_append(nullptr, "Expect:"));
  // Without a type curl would call an empty body a form.
  const std::string type = request_.content_type.empty() ? "" : " " + request_.content_type;
  static_cast<void>(curl_slist_append(headers_.get(), ("Content-Type:" + type).c_str()));
  if (request_.upload) {
    static_cast<void>(curl_slist_append(headers_.get(), "Transfer-Encoding: chunked"));
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_READFUNCTION, &Exchange::on_read);
    set(easy, CURLOPT_READDATA, this);
    set(easy, CURLOPT_UPLOAD_BUFFERSIZE, kUploadBufferBytes);
  } else if (request_.method == "POST" || !request_.body.empty()) {
    set(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
    set(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request_.body.size()));
  }
  if (request_.method != "GET" && request_.method != "POST") {
    set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  set(easy, CURLOPT_HTTPHEADER, headers_.get());
  set(easy, CURLOPT_WRITEFUNCTION, &Exchange::on_body);
  set(easy, CURLOPT_WRITEDATA, this);
  set(easy, CURLOPT_HEADERFUNCTION, &Exchange::on_header);
  set(easy, CURLOPT_HEADERDATA, this);
}

Result<HttpResponse> Exchange::run() {
  started_ = last_byte_ = now();
  const std::stop_callback wake(request_.stop,
                                [this] { curl_multi_wakeup(connection_.multi.get()); });
  if (request_.upload) {
    auto uploaded = upload();
    // An answer that came before the end of the upload says more than the upload that it ended.
    if (!uploaded && !result_) {
      return uploaded.error();
    }
  }
  TRY(drive([] { return false; }));
  return outcome();
}

Result<void> Exchange::upload() {
  TRY(request_.upload([this](std::span<const char> piece) { return put(piece); }));
  upload_ended_ = true;
  return put({});
}

Result<void> Exchange::put(std::span<const char> piece) {
  pending_ = piece;
  if (paused_) {
    paused_ = false;
    curl_easy_pause(connection_.easy.get(), CURLPAUSE_CONT);
  }
  TRY(drive([this] { return pending_.empty(); }));
  if (result_) {
    return Error{ErrorCode::Unavailable, "the Docker Engine took no more of the upload", "", ""};
  }
  return {};
}

template <typename Until>
Result<void> Exchange::drive(Until until) {
  while (!result_ && !until()) {
    TRY(check_limits());
    int running = 0;
    curl_multi_perform(connection_.multi.get(), &running);
    collect_outcome();
    if (result_ || until()) {
      break;
    }
    curl_multi_poll(connection_.multi.get(), nullptr, 0, static_cast<int>(next_wait().count()),
                    nullptr);
  }
  return {};
}

Result<void> Exchange::check_limits() {
  if (request_.stop.stop_requested()) {
    return cancelled();
  }
  if (request_.deadline && now() - started_ >= *request_.deadline) {
    return too_slow(*request_.deadline);
  }
  if (request_.idle && now() - last_byte_ >= *request_.idle) {
    return too_slow(*request_.idle);
  }
  return {};
}

milliseconds Exchange::next_wait() const {
  milliseconds wait = kLongestWait;
  const auto shorten = [&](SteadyTime limit) {
    const auto left = std::chrono::ceil<milliseconds>(limit - now());
    wait = std::clamp(left, milliseconds(0), wait);
  };
  if (request_.deadline) {
    shorten(started_ + *request_.deadline);
  }
  if (request_.idle) {
    shorten(last_byte_ + *request_.idle);
  }
  return wait;
}

void Exchange::collect_outcome() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(connection_.multi.get(), &left)) {
    if (message->msg == CURLMSG_DONE) {
      result_ = message->data.result;
    }
  }
}

Result<HttpResponse> Exchange::outcome() {
  if (response_.ended_by_sink) {
    return std::move(response_);
  }
  if (too_large_) {
    return Error{ErrorCode::Corrupt, "the Docker Engine sent an answer without end", "", ""};
  }
  // curl ends an upload that an error answer has overtaken as a success.
  if (*result_ != CURLE_OK) {
    // The connection may break in the moment in which the caller gives up: that was the caller.
    return request_.stop.stop_requested() ? cancelled() : transport_error();
  }
  reusable_ = true;
  return std::move(response_);
}

Error Exchange::transport_error() const {
  const std::string cause = fmt::format("curl: {}", curl_easy_strerror(*result_));
  long os_error = 0;
  curl_easy_getinfo(connection_.easy.get(), CURLINFO_OS_ERRNO, &os_error);
  switch (*result_) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
      if (os_error == EACCES) {
        return {ErrorCode::Unavailable,
                fmt::format("no permission to use the Docker Engine at {}", socket_path_),
                "run the server as root or as a member of the group docker", cause};
      }
      return {ErrorCode::Unavailable, fmt::format("no Docker Engine answers at {}", socket_path_),
              "start it (systemctl start docker), or set [docker] host to where it listens", cause};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
      return {ErrorCode::Corrupt,
              fmt::format("what listens at {} is no Docker Engine", socket_path_),
              "set [docker] host to the engine's socket", cause};
    default:
      return {ErrorCode::Unavailable, "the Docker Engine closed the connection",
              "look whether it was stopped or restarted", cause};
  }
}

std::size_t Exchange::on_read(char* into, std::size_t size, std::size_t count,
                              void* self) noexcept {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::size_t taken = std::min(size * count, exchange.pending_.size());
  if (taken == 0) {
    exchange.paused_ = !exchange.upload_ended_;
    return exchange.upload_ended_ ? 0 : CURL_READFUNC_PAUSE;
  }
  std::memcpy(into, exchange.pending_.data(), taken);
  exchange.pending_ = exchange.pending_.subspan(taken);
  exchange.last_byte_ = now();
  return taken;
}

std::size_t Exchange::on_body(char* data, std::size_t size, std::size_t count,
                              void* self) noexcept {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::string_view piece(data, size * count);
  auto& response = exchange.response_;
  const bool good = response.status >= 200 && response.status < 300;
  exchange.last_byte_ = now();
  if (good && exchange.request_.sink) {
    response.ended_by_sink = !exchange.request_.sink(piece);
    return response.ended_by_sink ? 0 : piece.size();
  }
  if (!good) {
    response.body.append(
        piece.substr(0, kMostErrorBytes - std::min(kMostErrorBytes, response.body.size())));
    return piece.size();
  }
  exchange.too_large_ = response.body.size() + piece.size() > kMostCollectedBytes;
  if (exchange.too_large_) {
    return 0;
  }
  response.body.append(piece);
  return piece.size();
}

std::size_t Exchange::on_header(char* data, std::size_t size, std::size_t count,
                                void* self) noexcept {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::string_view line(data, size * count);
  auto& response = exchange.response_;
  exchange.last_byte_ = now();
  if (line.starts_with("HTTP/")) {
    // A new status line: what came before was a 1xx answer.
    const auto status =
        parse_number(trim(line.substr(line.find(' ') + 1).substr(0, 3)), "status", 100, 999);
    response.status = status ? static_cast<int>(*status) : 0;
    response.headers.clear();
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    response.headers[lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
  }
  return line.size();
}

}  // namespace minpaas::docker
