#include "config/setting_value.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/text.h"

namespace minpaas::config {
namespace {

constexpr const char* kListenForm =
    "write an IP address and a port: 0.0.0.0:2222, 127.0.0.1:2222 or [::]:2222";
constexpr double kLeastCpus = 0.01;
constexpr double kMostCpus = 1024;
constexpr int kMostPort = 65535;

Error wrong(std::string_view why, std::string_view hint) {
  return {ErrorCode::InvalidInput, std::string(why), std::string(hint), ""};
}

bool is_ip(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return ::inet_pton(family, std::string(text).c_str(), ignored.data()) == 1;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

bool is_host_label(std::string_view label) {
  constexpr std::size_t kMostLabel = 63;
  return !label.empty() && label.size() <= kMostLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), is_host_character);
}

/// The largest unit that shows `value` without a remainder.
std::string in_units(long long value,
                     const std::vector<std::pair<long long, std::string_view>>& units) {
  for (const auto& [size, name] : units) {
    if (value != 0 && value % size == 0) {
      return fmt::format("{}{}", value / size, name);
    }
  }
  return "0";
}

std::string duration_text(milliseconds duration) {
  return in_units(duration.count(),
                  {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}});
}

}  // namespace

template <typename Number>
Result<Number> Whole<Number>::parse(std::string_view value) const {
  return static_cast<Number>(TRY(parse_number(value, "value", least, most)));
}

template <typename Number>
std::string Whole<Number>::text(Number number) const {
  return std::to_string(number);
}

template struct Whole<int>;

Result<long long> Bytes::parse(std::string_view value) const {
  const auto bytes = parse_bytes(value, "value");
  if (!bytes || *bytes < least) {
    return wrong(bytes ? fmt::format("value '{}' is less than {}", value, text(least))
                       : bytes.error().message,
                 "write a number of bytes, or with k, m or g: 512m");
  }
  return *bytes;
}

std::string Bytes::text(long long bytes) const {
  return in_units(bytes, {{1LL << 30, "g"}, {1LL << 20, "m"}, {1LL << 10, "k"}, {1, ""}});
}

template <typename Unit>
Result<Unit> Duration<Unit>::parse(std::string_view value) const {
  const milliseconds duration(TRY(parse_duration_ms(value, "value")));
  if (duration < least || duration > most) {
    return wrong(fmt::format("value '{}' is outside {} to {}", value, duration_text(least),
                             duration_text(most)),
                 "");
  }
  const auto rounded = std::chrono::duration_cast<Unit>(duration);
  if (rounded != duration) {
    return wrong(fmt::format("value '{}' is no whole number of seconds", value), "");
  }
  return rounded;
}

template <typename Unit>
std::string Duration<Unit>::text(Unit duration) const {
  return duration_text(duration);
}

template struct Duration<seconds>;
template struct Duration<milliseconds>;

Result<double> Cpus::parse(std::string_view value) const {
  if (zero_is_all && value == "0") {
    return 0.0;
  }
  double cpus = 0;
  const auto [end, status] =
      std::from_chars(value.data(), value.data() + value.size(), cpus, std::chars_format::fixed);
  if (status != std::errc() || end != value.data() + value.size() ||
      !(cpus >= kLeastCpus && cpus <= kMostCpus)) {
    return wrong(fmt::format("value '{}' is no number from {} to {}", value, kLeastCpus, kMostCpus),
                 "write it like 0.5 or 2");
  }
  return cpus;
}

std::string Cpus::text(double cpus) const {
  return fmt::format("{}", cpus);
}

Result<bool> YesNo::parse(std::string_view value) const {
  for (const std::string_view yes : {"yes", "true", "on", "1"}) {
    if (value == yes) {
      return true;
    }
  }
  for (const std::string_view no : {"no", "false", "off", "0"}) {
    if (value == no) {
      return false;
    }
  }
  return wrong(fmt::format("value '{}' is neither yes nor no", value), "write yes or no");
}

std::string YesNo::text(bool value) const {
  return value ? "yes" : "no";
}

template <typename Enum>
Result<Enum> OneOf<Enum>::parse(std::string_view value) const {
  std::string all;
  for (const auto& [known, word] : words) {
    if (word == value) {
      return known;
    }
    all += fmt::format("{}{}", all.empty() ? "" : ", ", word);
  }
  return wrong(fmt::format("value '{}' is none of {}", value, all), "");
}

template <typename Enum>
std::string OneOf<Enum>::text(Enum value) const {
  for (const auto& [known, word] : words) {
    if (known == value) {
      return std::string(word);
    }
  }
  return {};
}

template struct OneOf<PullPolicy>;
template struct OneOf<BuilderChoice>;
template struct OneOf<log::Level>;

Result<ListenAddress> Listen::parse(std::string_view value) const {
  const auto colon = value.rfind(':');
  const std::string_view host = value.substr(0, std::min(colon, value.size()));
  const bool v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const std::string_view address = v6 ? host.substr(1, host.size() - 2) : host;
  const auto port = parse_number(colon == std::string_view::npos ? "" : value.substr(colon + 1),
                                 "port", 1, kMostPort);
  if (!port || !is_ip(v6 ? AF_INET6 : AF_INET, address)) {
    return wrong(fmt::format("value '{}' is no address and port", value), kListenForm);
  }
  return ListenAddress{std::string(address), static_cast<int>(*port)};
}

std::string Listen::text(const ListenAddress& listen) const {
  const bool v6 = listen.address.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", listen.address, listen.port)
            : fmt::format("{}:{}", listen.address, listen.port);
}

Result<std::vector<ListenAddress>> ListenList::parse(std::string_view value) const {
  std::string spaced(value);
  std::replace_if(
      spaced.begin(), spaced.end(), [](char c) { return c == ',' || c == '\t'; }, ' ');
  std::vector<ListenAddress> listens;
  for (const std::string_view word : split(spaced, ' ')) {
    if (!word.empty()) {
      listens.push_back(TRY(Listen().parse(word)));
    }
  }
  if (listens.empty()) {
    return wrong("there is no address", kListenForm);
  }
  return listens;
}

std::string ListenList::text(const std::vector<ListenAddress>& listens) const {
  std::string text;
  for (const ListenAddress& listen : listens) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", Listen().text(listen));
  }
  return text;
}

Result<std::vector<ListenAddress>> ListenListOrOff::parse(std::string_view value) const {
  return value == "off" ? std::vector<ListenAddress>() : ListenList().parse(value);
}

std::string ListenListOrOff::text(const std::vector<ListenAddress>& listens) const {
  return listens.empty() ? "off" : ListenList().text(listens);
}

Result<std::filesystem::path> Path::parse(std::string_view value) const {
  if (value.empty() && when_empty == WhenEmpty::Refused) {
    return wrong("there is no path", "");
  }
  if (value.substr(0, 1) == "~") {
    return wrong(fmt::format("value '{}' begins with ~, which only a shell understands", value),
                 "write the whole path");
  }
  // Which folder it would start from depends on who starts the program.
  if (!value.empty() && value.front() != '/') {
    return wrong(fmt::format("value '{}' does not begin with /", value), "write the whole path");
  }
  return std::filesystem::path(value);
}

std::string Path::text(const std::filesystem::path& path) const {
  return path.string();
}

Result<std::string> Text::parse(std::string_view value) const {
  TRY(check(value));
  return std::string(value);
}

std::string Text::text(const std::string& value) const {
  return value;
}

Result<void> check_docker_host(std::string_view value) {
  constexpr std::string_view kPrefix = "unix:///";
  if (value.substr(0, kPrefix.size()) != kPrefix || value.size() == kPrefix.size()) {
    return wrong(fmt::format("value '{}' is no unix socket", value),
                 "write it like unix:///var/run/docker.sock; an engine on another machine cannot "
                 "be used");
  }
  return {};
}

Result<void> check_network(std::string_view value) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  constexpr std::size_t kMost = 40;
  if (value.empty() || value.size() > kMost ||
      !std::all_of(value.begin(), value.end(), is_allowed) || value == "host" || value == "none") {
    return wrong(fmt::format("value '{}' is no network for apps", value),
                 "use at most 40 of a-z, 0-9, - and _, such as minpaas; or bridge");
  }
  return {};
}

Result<void> check_router_kind(std::string_view value) {
  if (value != "auto" && value != "haproxy" && value != "direct") {
    return wrong(fmt::format("there is no router '{}'", value), "write auto, haproxy or direct");
  }
  return {};
}

/// sockaddr_un has room for 107 bytes.
Result<void> check_socket_path(std::string_view value) {
  constexpr std::size_t kMostBytes = 107;
  const bool is_path = value.starts_with('/') && value.size() <= kMostBytes;
  return value.empty() || is_path
             ? Result<void>()
             : wrong(fmt::format("value '{}' is no path of a unix socket", value),
                     "write it from / on, in at most 107 bytes, like /run/haproxy-master.sock");
}

Result<void> check_domain(std::string_view value) {
  constexpr std::size_t kMostDomain = 253;
  const auto labels = split(value, '.');
  if (value.size() > kMostDomain || !std::all_of(labels.begin(), labels.end(), is_host_label)) {
    return wrong(fmt::format("value '{}' is no domain", value), "write it like apps.example.com");
  }
  return {};
}

Result<void> check_ip_address(std::string_view value) {
  if (!is_ip(AF_INET, value) && !is_ip(AF_INET6, value)) {
    return wrong(fmt::format("value '{}' is no IP address", value),
                 "write it like 0.0.0.0 or 127.0.0.1");
  }
  return {};
}

// The rules of git-check-ref-format(1) for a branch's short name.
Result<void> check_branch(std::string_view value) {
  const auto has = [&](std::string_view part) {
    return value.find(part) != std::string_view::npos;
  };
  const bool full = value.substr(0, 5) == "refs/";
  const auto bad = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' ||
           std::string_view("~^:?*[\\").find(c) != std::string_view::npos;
  };
  const bool ends_badly = value.empty() || value.back() == '/' || value.back() == '.' ||
                          (value.size() >= 5 && value.substr(value.size() - 5) == ".lock");
  if (full || ends_badly || value.front() == '-' || value.front() == '/' || value.front() == '.' ||
      has("..") || has("//") || has("/.") || has("@{") ||
      std::any_of(value.begin(), value.end(), bad)) {
    return wrong(fmt::format("value '{}' is no branch name", value),
                 full ? "write the branch alone, like main" : "write it like main");
  }
  return {};
}

Result<void> check_image(std::string_view value) {
  constexpr std::size_t kMostImage = 255;
  const auto bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  if (value.empty() || value.size() > kMostImage || value.front() == '-' ||
      std::any_of(value.begin(), value.end(), bad)) {
    return wrong(fmt::format("value '{}' is no image", value), "write it like python:3.12-slim");
  }
  return {};
}

}  // namespace minpaas::config
