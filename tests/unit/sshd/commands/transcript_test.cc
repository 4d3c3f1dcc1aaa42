#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/base/text.h"
#include "tests/unit/sshd/commands/scene.h"

/// Each file of tests/data/commands is a session with a fresh Scene: lines `$ COMMAND` with, below,
/// what it prints to stdout, `2> ` and what it prints to stderr, and `=> ` and its exit status when
/// that is not 0. `$ COMMAND <<< TEXT` feeds TEXT (with \n for line ends) to it. With
/// MINPAAS_UPDATE_GOLDENS in the environment the files are written anew; read the diff then.
namespace minpaas::sshd::commands::test {
namespace {

namespace fs = std::filesystem;

std::string with_line_ends(std::string_view escaped) {
  std::string text;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped.substr(i, 2) == "\\n") {
      text += '\n';
      ++i;
    } else {
      text += escaped[i];
    }
  }
  return text;
}

std::string in_lines(std::string_view prefix, std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines += fmt::format("{}{}\n", prefix, text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// Runs the commands of a transcript and writes what happens now.
std::string replay(std::string_view transcript) {
  Scene scene;
  std::string now;
  for (const std::string_view line : split(transcript, '\n')) {
    if (!line.starts_with("$ ")) {
      continue;
    }
    constexpr std::string_view kInput = " <<< ";
    const auto input_at = line.find(kInput);
    const std::string_view command = line.substr(0, input_at).substr(2);
    const std::string input =
        input_at == std::string_view::npos ? "" : with_line_ends(line.substr(input_at + 5));
    const Said said = scene.run(command, input);
    now += fmt::format("{}{}\n{}{}{}", now.empty() ? "" : "\n", line, in_lines("", said.out),
                       in_lines("2> ", said.err),
                       said.status == 0 ? "" : fmt::format("=> {}\n", said.status));
  }
  return now;
}

std::string content(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Transcript : public testing::TestWithParam<std::string> {};

TEST_P(Transcript, IsWhatCommandsPrint) {
  const fs::path path = fs::path(MINPAAS_COMMANDS_DATA) / (GetParam() + ".txt");
  const std::string expected = content(path);
  const std::string now = replay(expected);
  ASSERT_FALSE(now.empty()) << path << " has no commands";
  if (std::getenv("MINPAAS_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(path) << now;
  }
  EXPECT_EQ(now, expected);
}

INSTANTIATE_TEST_SUITE_P(Sessions, Transcript,
                         testing::Values("apps", "build_secrets", "builds", "certs", "checks",
                                         "config", "cron", "domains", "events", "help", "host",
                                         "keys", "logs", "maintenance", "mistakes", "people", "ps",
                                         "releases", "resources", "run", "sources", "storage",
                                         "tokens"),
                         [](const auto& file) { return file.param; });

}  // namespace
}  // namespace minpaas::sshd::commands::test
