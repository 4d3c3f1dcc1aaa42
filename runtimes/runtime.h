#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/formation.h"
#include "core/app/procfile.h"
#include "core/base/result.h"
#include "core/git/source_tree.h"

/// Language recipes: a folder with a Dockerfile and a runtime.ini each. Adding one needs no C++.
namespace minpaas::runtimes {

/// What is known of one runtime, from `runtime.ini`.
struct Runtime {
  std::string name;
  /// Text of its Dockerfile; empty for `dockerfile`, where the repository's own is used.
  std::string dockerfile;
  int internal_port = 0;
  /// Setting that names its base image (`[images] python`), the default is in the ini.
  std::string base_image;
  std::string default_command;
};

/// How an app is built: what `detect` found, with its contract checked.
struct BuildPlan {
  std::string runtime;
  /// One line of why: `app.py and requirements.txt found`.
  std::string reason;
  std::string dockerfile_path;
  /// Content of the platform's Dockerfile, empty when the one of the repository is used.
  std::string dockerfile;
  /// Folder of the context that holds the app's files; empty = the root (dockerfile runtime).
  std::string source_prefix;
  std::map<std::string, std::string> build_args;
  /// Empty for the dockerfile runtime.
  std::string base_image;
  /// 0 = take the image's EXPOSE, else 8080 (dockerfile runtime).
  int internal_port = 0;
  /// From the Procfile, else `web` with the default command (empty = the image's own).
  ProcessCommands processes;
  Formation formation;
};

struct RuntimeSettings {
  /// Folder with one folder per runtime.
  std::filesystem::path folder;
  /// `[images]`: runtime name -> base image.
  std::map<std::string, std::string> base_images;
  bool allow_dockerfile = false;
};

/// Reads all runtimes. Errors: NotFound, InvalidInput naming file and line.
class Catalog {
 public:
  static Result<Catalog> load(const RuntimeSettings& settings);
  /// Names, sorted.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] const Runtime* find(std::string_view name) const;
  /// Chooses a runtime (`chosen` if given, else by what the tree holds) and checks its contract.
  /// Errors: InvalidInput; the message names every missing or wrong file, the hint says what to do.
  Result<BuildPlan> plan(const SourceTree& tree, const std::optional<std::string>& chosen) const;

 private:
  std::map<std::string, Runtime> runtimes_;
  RuntimeSettings settings_;
};

}  // namespace minpaas::runtimes
