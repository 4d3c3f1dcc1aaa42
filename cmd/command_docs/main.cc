#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <map>

#include "cmd/command_docs/writers.h"

namespace {

using minpaas::command_docs::Page;
using Writer = std::function<std::string(const std::vector<Page>&)>;

const std::map<std::string, Writer, std::less<>> kWriters = {
    {"table", minpaas::command_docs::client_table},
};

}  // namespace

/// `command_docs KIND FILE`: writes what the build makes from the command table.
int main(int argc, char** argv) {
  const auto writer = argc == 3 ? kWriters.find(argv[1]) : kWriters.end();
  if (writer == kWriters.end()) {
    fmt::print(stderr, "usage: command_docs KIND FILE\n");
    return 2;
  }
  std::ofstream file(argv[2], std::ios::binary);
  file << writer->second(minpaas::command_docs::pages());
  file.close();
  if (!file) {
    fmt::print(stderr, "command_docs: {} cannot be written\n", argv[2]);
    return 1;
  }
  return 0;
}
