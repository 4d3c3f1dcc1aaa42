#pragma once

#include <string>
#include <string_view>

namespace minpaas::docker {

/// Percent-encodes all but the unreserved characters of RFC 3986.
std::string url_encoded(std::string_view text);

/// The same for a part of a path that may have slashes and colons of its own: the name of an image,
/// which engines take as it is.
std::string path_encoded(std::string_view text);

/// The query part of a URL: `Query().add("all", "1").str()` is `?all=1`, an empty one is empty.
class Query {
 public:
  Query& add(std::string_view name, std::string_view value);

  [[nodiscard]] const std::string& str() const { return text_; }

 private:
  std::string text_;
};

}  // namespace minpaas::docker
