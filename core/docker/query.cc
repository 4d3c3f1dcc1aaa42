#include "core/docker/query.h"

#include <fmt/format.h>

namespace minpaas::docker {

namespace {

constexpr std::string_view kUnreserved =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

std::string encoded_but_for(std::string_view kept, std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos || kept.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace

std::string url_encoded(std::string_view text) {
  return encoded_but_for("", text);
}

std::string path_encoded(std::string_view text) {
  return encoded_but_for("/:@", text);
}

Query& Query::add(std::string_view name, std::string_view value) {
  text_ += text_.empty() ? '?' : '&';
  text_ += url_encoded(name);
  text_ += '=';
  text_ += url_encoded(value);
  return *this;
}

}  // namespace minpaas::docker
