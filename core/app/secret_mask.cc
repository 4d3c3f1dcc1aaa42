#include "core/app/secret_mask.h"

#include "core/base/text.h"

namespace minpaas {

void SecretMask::hide(const ConfigVars& vars) {
  for (const auto& [key, value] : vars) {
    for (std::string_view line : split(value.reveal(), '\n')) {
      line = trim(line);
      if (line.size() >= kShortestMaskedBytes) {
        hidden_.emplace(line, "[" + key.str() + "]");
      }
    }
  }
}

std::string SecretMask::apply(std::string_view text) const {
  std::string masked(text);
  for (const auto& [value, name] : hidden_) {
    for (auto at = masked.find(value); at != std::string::npos;
         at = masked.find(value, at + name.size())) {
      masked.replace(at, value.size(), name);
    }
  }
  return masked;
}

}  // namespace minpaas
