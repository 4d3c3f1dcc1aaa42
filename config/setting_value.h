#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/settings.h"
#include "core/base/result.h"

/// How values of settings are written. Each kind has `parse` (Errors: InvalidInput, with the form
/// as hint) and `text`, which `parse` reads again.
namespace minpaas::config {

/// A whole number within bounds.
template <typename Number>
struct Whole {
  long long least;
  long long most;

  [[nodiscard]] Result<Number> parse(std::string_view value) const;
  [[nodiscard]] std::string text(Number number) const;
};

/// `512m`; at least `least` bytes.
struct Bytes {
  long long least;

  [[nodiscard]] Result<long long> parse(std::string_view value) const;
  [[nodiscard]] std::string text(long long bytes) const;
};

/// `30s`; seconds or milliseconds within bounds.
template <typename Unit>
struct Duration {
  milliseconds least;
  milliseconds most;

  [[nodiscard]] Result<Unit> parse(std::string_view value) const;
  [[nodiscard]] std::string text(Unit duration) const;
};

/// A number of processors with decimals.
struct Cpus {
  bool zero_is_all = false;

  [[nodiscard]] Result<double> parse(std::string_view value) const;
  [[nodiscard]] std::string text(double cpus) const;
};

struct YesNo {
  [[nodiscard]] Result<bool> parse(std::string_view value) const;
  [[nodiscard]] std::string text(bool value) const;
};

/// One of a few words.
template <typename Enum>
struct OneOf {
  std::vector<std::pair<Enum, std::string_view>> words;

  [[nodiscard]] Result<Enum> parse(std::string_view value) const;
  [[nodiscard]] std::string text(Enum value) const;
};

struct Listen {
  [[nodiscard]] Result<ListenAddress> parse(std::string_view value) const;
  [[nodiscard]] std::string text(const ListenAddress& listen) const;
};

/// Several, separated by commas or spaces.
struct ListenList {
  [[nodiscard]] Result<std::vector<ListenAddress>> parse(std::string_view value) const;
  [[nodiscard]] std::string text(const std::vector<ListenAddress>& listens) const;
};

/// The same, or `off` for none.
struct ListenListOrOff {
  [[nodiscard]] Result<std::vector<ListenAddress>> parse(std::string_view value) const;
  [[nodiscard]] std::string text(const std::vector<ListenAddress>& listens) const;
};

enum class WhenEmpty { Refused, Allowed };

struct Path {
  WhenEmpty when_empty;

  [[nodiscard]] Result<std::filesystem::path> parse(std::string_view value) const;
  [[nodiscard]] std::string text(const std::filesystem::path& path) const;
};

/// Text that a function looks at.
struct Text {
  Result<void> (*check)(std::string_view value);

  [[nodiscard]] Result<std::string> parse(std::string_view value) const;
  [[nodiscard]] std::string text(const std::string& value) const;
};

/// Checks for Text. Errors: InvalidInput.
Result<void> check_docker_host(std::string_view value);
Result<void> check_network(std::string_view value);
Result<void> check_router_kind(std::string_view value);
Result<void> check_socket_path(std::string_view value);
Result<void> check_domain(std::string_view value);
Result<void> check_ip_address(std::string_view value);
Result<void> check_branch(std::string_view value);
Result<void> check_image(std::string_view value);
Result<void> check_https_url(std::string_view value);
/// These may be empty.
Result<void> check_email(std::string_view value);
Result<void> check_dns_provider(std::string_view value);
Result<void> check_dns_resolver(std::string_view value);

}  // namespace minpaas::config
