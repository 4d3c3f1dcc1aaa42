#include "core/webhook/post.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "core/base/handle.h"
#include "core/base/web_url.h"

namespace minpaas::webhook {
namespace {

using EasyHandle = Handle<CURL, curl_easy_cleanup>;

/// What libcurl's callbacks are given.
struct Exchange {
  const PostRules& rules;
  const std::stop_token& stop;
  bool refused = false;
};

template <typename Value>
void set(const EasyHandle& easy, CURLoption option, Value value) {
  static_cast<void>(curl_easy_setopt(easy.get(), option, value));
}

/// The address is the one that is connected to: a name that has another one a moment later does
/// not help.
curl_socket_t open_socket(void* exchange, curlsocktype /*purpose*/, curl_sockaddr* to) {
  auto& known = *static_cast<Exchange*>(exchange);
  HostAddress address;
  address.size = std::min<socklen_t>(to->addrlen, sizeof(address.bytes));
  std::memcpy(&address.bytes, &to->addr, address.size);
  if (known.rules.reach == Reach::Public && !address.is_public()) {
    known.refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

std::size_t skip_body(const char* /*bytes*/, std::size_t size, std::size_t count, void* /*user*/) {
  return size * count;
}

int stop_asked(void* exchange, curl_off_t /*total*/, curl_off_t /*now*/, curl_off_t /*up_total*/,
               curl_off_t /*up_now*/) {
  return static_cast<Exchange*>(exchange)->stop.stop_requested() ? 1 : 0;
}

void allow(const EasyHandle& easy, Exchange& exchange) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  set(easy, CURLOPT_OPENSOCKETDATA, &exchange);
  set(easy, CURLOPT_WRITEFUNCTION, skip_body);
  set(easy, CURLOPT_NOPROGRESS, 0L);
  set(easy, CURLOPT_XFERINFOFUNCTION, stop_asked);
  set(easy, CURLOPT_XFERINFODATA, &exchange);
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(exchange.rules.timeout.count()));
  set(easy, CURLOPT_CAINFO, exchange.rules.ca_file.c_str());
}

Error error_of(CURLcode code, const Exchange& exchange, const std::string& host) {
  if (exchange.refused) {
    return {ErrorCode::PermissionDenied,
            fmt::format("{} is at an address of this machine or of a private network", host), "",
            ""};
  }
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return {ErrorCode::Cancelled, "cancelled", "", ""};
    case CURLE_OPERATION_TIMEDOUT:
      return {ErrorCode::Timeout,
              fmt::format("{} did not answer within {} s", host,
                          std::chrono::ceil<seconds>(exchange.rules.timeout).count()),
              "", ""};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorCode::NotFound, fmt::format("there is no host {}", host), "", ""};
    default:
      return {ErrorCode::Unavailable,
              fmt::format("{} cannot be told: {}", host, curl_easy_strerror(code)), "", ""};
  }
}

}  // namespace

Result<void> post_json(const std::string& url, const std::string& json, const PostRules& rules,
                       const std::stop_token& stop) {
  if (!is_web_url(url)) {
    return Error{ErrorCode::InvalidInput, "this is no http or https URL", "", ""};
  }
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const EasyHandle easy(curl_easy_init());
  Exchange exchange{rules, stop};
  allow(easy, exchange);
  Handle<curl_slist, curl_slist_free_all> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"));
  set(easy, CURLOPT_HTTPHEADER, headers.get());
  set(easy, CURLOPT_USERAGENT, "minpaas");
  set(easy, CURLOPT_URL, url.c_str());
  set(easy, CURLOPT_POSTFIELDS, json.c_str());
  set(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(json.size()));
  const CURLcode code = curl_easy_perform(easy.get());
  if (code != CURLE_OK) {
    return error_of(code, exchange, host_of_url(url));
  }
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  return status / 100 == 2 ? Result<void>()
                           : Error{ErrorCode::Failed,
                                   fmt::format("{} answered {}", host_of_url(url), status), "", ""};
}

}  // namespace minpaas::webhook
