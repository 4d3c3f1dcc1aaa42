#include "core/base/text_cut.h"

namespace minpaas {

std::string cut_text(std::string_view text, std::size_t most_bytes) {
  std::string cut(text.substr(0, most_bytes));
  return text.size() > most_bytes ? cut += kTextGoesOn : cut;
}

}  // namespace minpaas
