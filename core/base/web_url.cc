#include "core/base/web_url.h"

#include <algorithm>

namespace minpaas {
namespace {

bool is_printable(char c) {
  return c > ' ' && c < '\x7f';
}

}  // namespace

bool is_web_url(std::string_view text) {
  const std::string host = host_of_url(text);
  return !host.empty() && host.front() != ':' && host.find('@') == std::string::npos &&
         std::ranges::all_of(text, is_printable);
}

std::string host_of_url(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (url.starts_with(scheme)) {
      const std::string_view rest = url.substr(scheme.size());
      return std::string(rest.substr(0, rest.find_first_of("/?#\\")));
    }
  }
  return "";
}

}  // namespace minpaas
