#include "core/base/text_cut.h"

#include "core/base/text.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostContinuing = 3;

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

std::string cut_text(std::string_view text, std::size_t most_bytes) {
  if (text.size() <= most_bytes) {
    return std::string(text);
  }
  std::size_t end = most_bytes;
  while (end > 0 && most_bytes - end < kMostContinuing && continues_character(text[end])) {
    --end;
  }
  return std::string(text.substr(0, end)) += kTextGoesOn;
}

std::string shown_if_short(std::string_view text, std::size_t most_bytes) {
  return text.size() <= most_bytes ? escape_controls(text)
                                   : "(" + std::to_string(text.size()) + " bytes)";
}

}  // namespace minpaas
