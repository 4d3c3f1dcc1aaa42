#include "hooks/checks/listeners.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>

#include "core/base/file.h"
#include "core/base/text.h"

namespace minpaas::hooks {
namespace {

constexpr std::string_view kListening = "0A";
constexpr std::size_t kMostTableBytes = 4 << 20;
/// A table line: number, local address, remote address, state, and more.
constexpr std::size_t kLocalAddress = 1;
constexpr std::size_t kState = 3;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!(line = trim(line)).empty()) {
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

template <typename T>
bool parse_hex(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc() && end == text.data() + text.size();
}

/// The kernel prints an address as 32-bit words in the byte order of the machine.
std::optional<std::vector<unsigned char>> parse_address(std::string_view hex) {
  constexpr std::size_t kWordCharacters = 8;
  if (hex.size() != kWordCharacters && hex.size() != 4 * kWordCharacters) {
    return std::nullopt;
  }
  std::vector<unsigned char> bytes(hex.size() / 2);
  for (std::size_t word = 0; word * kWordCharacters < hex.size(); ++word) {
    std::uint32_t value = 0;
    if (!parse_hex(hex.substr(word * kWordCharacters, kWordCharacters), value)) {
      return std::nullopt;
    }
    std::memcpy(bytes.data() + word * sizeof(value), &value, sizeof(value));
  }
  return bytes;
}

bool is_loopback(const std::vector<unsigned char>& address) {
  if (address.size() == sizeof(in_addr)) {
    return address[0] == 127;
  }
  in6_addr six{};
  std::memcpy(&six, address.data(), sizeof(six));
  return IN6_IS_ADDR_LOOPBACK(&six) != 0 || (IN6_IS_ADDR_V4MAPPED(&six) != 0 && address[12] == 127);
}

std::string to_text(const std::vector<unsigned char>& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = address.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
  inet_ntop(family, address.data(), text.data(), text.size());
  return text.data();
}

std::optional<Listener> parse_line(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() <= kState || words[kState] != kListening) {
    return std::nullopt;
  }
  const auto colon = words[kLocalAddress].find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const auto address = parse_address(words[kLocalAddress].substr(0, colon));
  std::uint16_t port = 0;
  if (!address || !parse_hex(words[kLocalAddress].substr(colon + 1), port)) {
    return std::nullopt;
  }
  return Listener{to_text(*address), port, is_loopback(*address)};
}

std::string endpoint(const Listener& listener) {
  return listener.address.find(':') == std::string::npos
             ? fmt::format("{}:{}", listener.address, listener.port)
             : fmt::format("[{}]:{}", listener.address, listener.port);
}

/// Docker's own name server inside a container.
bool is_docker_dns(const Listener& listener) {
  return listener.address == "127.0.0.11";
}

}  // namespace

std::vector<Listener> parse_listeners(std::string_view table) {
  std::vector<Listener> listeners;
  for (const std::string_view line : split(table, '\n')) {
    if (auto listener = parse_line(line)) {
      listeners.push_back(std::move(*listener));
    }
  }
  return listeners;
}

std::optional<std::vector<Listener>> listeners_of(int pid, std::string_view address) {
  const std::filesystem::path folder = fmt::format("/proc/{}/net", pid);
  const auto routes = read_file(folder / "fib_trie", kMostTableBytes);
  if (pid <= 0 || !routes || routes->find(fmt::format("-- {}\n", address)) == std::string::npos) {
    return std::nullopt;
  }
  const auto four = read_file(folder / "tcp", kMostTableBytes);
  if (!four) {
    return std::nullopt;
  }
  auto listeners = parse_listeners(*four);
  // Absent where the kernel runs without IPv6.
  if (const auto six = read_file(folder / "tcp6", kMostTableBytes)) {
    const auto more = parse_listeners(*six);
    listeners.insert(listeners.end(), more.begin(), more.end());
  }
  return listeners;
}

std::string explain_refusal(const std::optional<std::vector<Listener>>& listeners, int port,
                            PortOf port_of) {
  const bool is_checks = port_of == PortOf::Check;
  const auto known = listeners.value_or(std::vector<Listener>{});
  const Listener* on_loopback = nullptr;
  const Listener* elsewhere = nullptr;
  for (const Listener& listener : known) {
    if (is_docker_dns(listener)) {
      continue;
    }
    if (listener.port == port) {
      on_loopback = listener.loopback ? &listener : on_loopback;
    } else if (elsewhere == nullptr || (elsewhere->loopback && !listener.loopback)) {
      elsewhere = &listener;
    }
  }
  if (on_loopback != nullptr) {
    return fmt::format("the app listens on {} only; listen on 0.0.0.0", endpoint(*on_loopback));
  }
  if (elsewhere == nullptr) {
    return fmt::format("nothing listens on port {}{}", port,
                       is_checks ? ", which the check asks" : "; the app must listen on $PORT");
  }
  if (is_checks) {
    return fmt::format("the app listens on port {}, not on port {}, which the check asks",
                       elsewhere->port, port);
  }
  if (elsewhere->loopback) {
    return fmt::format("the app listens on {}, not on 0.0.0.0 and $PORT ({})", endpoint(*elsewhere),
                       port);
  }
  return fmt::format("the app listens on port {}, not on $PORT ({})", elsewhere->port, port);
}

}  // namespace minpaas::hooks
