#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/base/shell_quote.h"
#include "sshd/commands/exec_line.h"

using minpaas::shell_quote;
using minpaas::sshd::commands::split_exec_line;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto words = split_exec_line({reinterpret_cast<const char*>(data), size});
  if (!words) {
    return 0;
  }
  // What was understood once is understood again, word for word, when it is quoted.
  std::string quoted;
  for (const auto& word : *words) {
    quoted += shell_quote(word.text) + " ";
  }
  if (quoted.size() > minpaas::sshd::commands::kMostExecLineBytes) {
    return 0;
  }
  const auto again = split_exec_line(quoted);
  if (!again || again->size() != words->size()) {
    std::abort();
  }
  for (std::size_t i = 0; i < words->size(); ++i) {
    if ((*again)[i].text != (*words)[i].text) {
      std::abort();
    }
  }
  return 0;
}
