#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas {

/// The name of an image, in a registry or on this machine: `nginx:1.25`,
/// `ghcr.io/acme/shop@sha256:...`. Never an id: that says nothing of where to get it. Source: the
/// grammar of distribution's references.
class ImageReference {
 public:
  /// A name without tag and digest is of the tag `latest`. Errors: InvalidInput.
  static Result<ImageReference> parse(std::string_view text);

  [[nodiscard]] const std::string& str() const { return text_; }

  /// `ghcr.io`, `127.0.0.1:5000`; empty: none is named, which is the Engine's default.
  [[nodiscard]] std::string registry() const;

  auto operator<=>(const ImageReference&) const = default;

 private:
  explicit ImageReference(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace minpaas
