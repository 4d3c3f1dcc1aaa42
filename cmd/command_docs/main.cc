#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

#include "cmd/command_docs/writers.h"

namespace {

using minpaas::Result;
namespace docs = minpaas::command_docs;

/// With the date of the head line and the settings file, where a kind wants them.
struct Sources {
  std::string date;
  std::string ini_file;
};

Result<std::string> settings_manual(const Sources& sources) {
  std::ifstream file(sources.ini_file, std::ios::binary);
  const std::string ini{std::istreambuf_iterator<char>(file), {}};
  if (!file || ini.empty()) {
    return minpaas::Error{minpaas::ErrorCode::NotFound, sources.ini_file + " cannot be read", "",
                          ""};
  }
  return docs::settings_manual(ini, sources.date);
}

using Writer = std::function<Result<std::string>(const Sources&)>;

const std::map<std::string, Writer, std::less<>> kWriters = {
    {"table", [](const Sources&) { return docs::client_table(docs::pages()); }},
    {"bash", [](const Sources&) { return docs::bash_completion(docs::pages()); }},
    {"zsh", [](const Sources&) { return docs::zsh_completion(docs::pages()); }},
    {"fish", [](const Sources&) { return docs::fish_completion(docs::pages()); }},
    {"minpaas.1",
     [](const Sources& sources) { return docs::client_manual(docs::pages(), sources.date); }},
    {"minpaas.ini.5", settings_manual},
};

int run(const std::string& kind, const std::string& path, const Sources& sources) {
  const auto writer = kWriters.find(kind);
  if (writer == kWriters.end()) {
    fmt::print(stderr, "command_docs: there is no kind {}\n", kind);
    return 2;
  }
  const auto text = writer->second(sources);
  if (!text) {
    fmt::print(stderr, "command_docs: {}\n", text.error().message);
    return 1;
  }
  std::ofstream file(path, std::ios::binary);
  file << *text;
  file.close();
  if (!file) {
    fmt::print(stderr, "command_docs: {} cannot be written\n", path);
    return 1;
  }
  return 0;
}

}  // namespace

/// `command_docs KIND FILE [DATE [INI]]`: writes what the build makes from the command table and
/// the settings.
int main(int argc, char** argv) {
  if (argc < 3 || argc > 5) {
    fmt::print(stderr, "usage: command_docs KIND FILE [DATE [INI]]\n");
    return 2;
  }
  return run(argv[1], argv[2], {argc > 3 ? argv[3] : "", argc > 4 ? argv[4] : ""});
}
