#include "core/router/request_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace minpaas::router {
namespace {

constexpr std::size_t kMostPath = 512;
constexpr std::size_t kMostMethod = 32;
constexpr std::size_t kMostHost = 128;
constexpr std::size_t kMostId = 64;
/// Of the fields that HAProxy makes itself.
constexpr std::size_t kMostWord = 64;
constexpr long long kMostNumber = 1LL << 62;

// What clients choose comes last, so that a line that is cut has lost the end of the path only. In
// braces HAProxy writes `{`, `|` and `}` as `#7B`, and a method has no space: no client can make a
// line say what it does not. One writev of less than PIPE_BUF is in the pipe whole or not at all.
constexpr std::string_view kLog =
    R"(  log stdout len 1024 format raw local0 info
  log-format "%[date(0,us)] %b %s %ST %Ta %B %ts %ci %hr %HM %HPO"
  option dontlognull
)";

struct Ended {
  std::string_view state;
  std::string_view words;
};

/// The first that a state begins with.
constexpr std::array<Ended, 20> kEnded{{
    {"--", ""},
    // The only answer that HAProxy itself gives in the backend of an app.
    {"L", "maintenance page"},
    {"CD", "client left during the answer"},
    {"CL", "client left during the answer"},
    {"C", "client left"},
    {"c", "client was silent for too long"},
    {"SC", "app refused the connection"},
    {"SH", "app closed the connection without an answer"},
    {"S", "app closed the connection during its answer"},
    {"sC", "app did not take the connection in time"},
    {"sH", "app did not answer in time"},
    {"sQ", "no process was free in time"},
    {"s", "app was silent for too long"},
    {"PR", "request was not valid"},
    {"PH", "answer was not valid"},
    {"P", "refused by the router"},
    {"R", "router was out of resources"},
    {"K", "cut, its process was to stop"},
    {"D", "app went down"},
    {"I", "error in the router"},
}};

std::string_view take_word(std::string_view& rest) {
  const auto end = rest.find(' ');
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return word;
}

int hex_digit(char letter) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto at = kDigits.find(letter);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

/// Back to the bytes that HAProxy wrote as `#XX`.
std::string decode(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() && text[i] == '#' ? hex_digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
    bytes += low < 0 ? text[i] : static_cast<char>(high * 16 + low);
    i += low < 0 ? 0 : 2;
  }
  return bytes;
}

/// One word for people, at most `most` long: what is not printable, spaces and quotes as `%XX`.
std::string safe(std::string_view bytes, std::size_t most) {
  std::string word;
  for (const char byte : bytes) {
    const bool is_plain = byte > ' ' && byte <= '~' && byte != '"';
    word +=
        is_plain ? std::string(1, byte) : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    if (word.size() > most) {
      word.resize(most - 3);
      return word + "...";
    }
  }
  return word;
}

/// Without a query or a fragment, which can hold secrets.
std::string path_of(std::string_view logged) {
  const std::string path = decode(logged);
  const std::string_view shown = std::string_view(path).substr(0, path.find_first_of("?#"));
  return shown.empty() ? "-" : safe(shown, kMostPath);
}

std::string why(std::string_view state, std::string_view server) {
  if (state.starts_with("SC") && server == "<NOSRV>") {
    return "no process to answer";
  }
  const auto* known = std::ranges::find_if(
      kEnded, [&](const Ended& ended) { return state.starts_with(ended.state); });
  return known == kEnded.end() ? fmt::format("ended early, {}", safe(state, 8))
                               : std::string(known->words);
}

/// HAProxy writes -1 for what there was none of.
std::string amount(long long number, std::string_view unit) {
  return number < 0 ? "-" : fmt::format("{}{}", number, unit);
}

std::string field(std::string_view name, std::string_view word) {
  return word.empty() ? "" : fmt::format(" {}={}", name, word);
}

}  // namespace

std::string render_request_log() {
  return std::string(kLog);
}

std::string render_request_captures() {
  return fmt::format("  capture request header Host len {}\n  declare capture request len {}\n",
                     kMostHost, kMostId);
}

std::string render_request_id_capture() {
  return "  http-request capture req.fhdr(X-Request-Id) id 1\n";
}

std::optional<LoggedRequest> parse_request(std::string_view line, const RequestNames& names) {
  const auto at = parse_number(take_word(line), "time", 0, kMostNumber);
  const auto app = names.apps.find(take_word(line));
  const std::string_view server = take_word(line);
  const auto status = parse_number(take_word(line), "status", -1, 999);
  const auto took = parse_number(take_word(line), "time", -1, kMostNumber);
  const auto bytes = parse_number(take_word(line), "bytes", -1, kMostNumber);
  const std::string_view state = take_word(line);
  const std::string_view client = take_word(line);
  const auto end = line.find('}');
  if (!at || app == names.apps.end() || !status || !took || !bytes || !line.starts_with('{') ||
      end == std::string_view::npos || !line.substr(end + 1).starts_with(' ')) {
    return std::nullopt;
  }
  const std::string_view captured = line.substr(1, end - 1);
  const auto bar = captured.find('|');
  if (bar == std::string_view::npos || bar != captured.rfind('|')) {
    return std::nullopt;
  }
  line.remove_prefix(end + 2);
  const std::string_view method = take_word(line);
  return LoggedRequest{.app = app->second,
                       .at = SystemTime(std::chrono::microseconds(*at)),
                       .server = server,
                       .status = *status,
                       .took_ms = *took,
                       .bytes = *bytes,
                       .state = state,
                       .client = client,
                       .host = captured.substr(0, bar),
                       .id = captured.substr(bar + 1),
                       .method = method,
                       .path = line};
}

std::string request_text(const LoggedRequest& request, const RequestNames& names) {
  std::string text = fmt::format("{} {} {} {} {}", safe(decode(request.method), kMostMethod),
                                 path_of(request.path), amount(request.status, ""),
                                 amount(request.took_ms, "ms"), amount(request.bytes, "B"));
  text += field("host", safe(decode(request.host), kMostHost));
  text += field("from", safe(request.client, kMostWord));
  const auto process = names.processes.find(request.server);
  text +=
      process == names.processes.end() ? "" : field("process", safe(process->second, kMostWord));
  text += field("id", safe(decode(request.id), kMostId));
  const std::string reason = why(request.state, request.server);
  return reason.empty() ? text : fmt::format("{} why=\"{}\"", text, reason);
}

}  // namespace minpaas::router
