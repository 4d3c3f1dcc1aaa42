#include <fmt/format.h>

#include <algorithm>

#include "config/setting_value.h"
#include "core/base/text.h"

/// Checks of the section [certs]: each of these values becomes an argument of a program.
namespace minpaas::config {
namespace {

bool is_word(std::string_view value) {
  return !value.empty() && value.front() != '-' &&
         std::ranges::all_of(value, [](char c) { return c > ' ' && c < '\x7f'; });
}

Error no(std::string_view value, std::string_view what, std::string_view form) {
  return {ErrorCode::InvalidInput, fmt::format("value '{}' is no {}", value, what),
          fmt::format("write it like {}", form), ""};
}

}  // namespace

Result<void> check_https_url(std::string_view value) {
  constexpr std::string_view kPrefix = "https://";
  if (!value.starts_with(kPrefix) || value.size() == kPrefix.size() || !is_word(value)) {
    return no(value, "https URL", "https://acme-v02.api.letsencrypt.org/directory");
  }
  return {};
}

Result<void> check_email(std::string_view value) {
  const auto at = value.find('@');
  if (!value.empty() && (!is_word(value) || at == 0 || at == std::string_view::npos ||
                         at + 1 == value.size() || value.find('/') != std::string_view::npos)) {
    return no(value, "e-mail address", "ada@example.com");
  }
  return {};
}

Result<void> check_dns_provider(std::string_view value) {
  const bool plain = std::ranges::all_of(
      value, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (!value.empty() && (!plain || value.front() == '-')) {
    return no(value, "DNS provider", "hetzner; all are listed by `lego dnshelp`");
  }
  return {};
}

Result<void> check_dns_resolver(std::string_view value) {
  const auto colon = value.rfind(':');
  const auto port = colon == std::string_view::npos
                        ? Result<long long>(Error{})
                        : parse_number(value.substr(colon + 1), "port", 1, 65535);
  if (!value.empty() && (!is_word(value) || !port || colon == 0)) {
    return no(value, "name server", "192.0.2.53:53");
  }
  return {};
}

}  // namespace minpaas::config
