#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/formation.h"
#include "core/app/manifest.h"
#include "core/app/procfile.h"
#include "core/base/result.h"
#include "core/git/source_tree.h"
#include "runtimes/contract.h"

/// Language recipes: a folder with a Dockerfile and a runtime.ini each. Adding one needs no C++.
namespace minpaas::runtimes {

/// What is known of one runtime, from `runtime.ini`.
struct Runtime {
  std::string name;
  /// Text of its Dockerfile; empty for `dockerfile`, where the repository's own is used.
  std::string dockerfile;
  int internal_port = 0;
  /// Used where the setting `[images] NAME` is empty.
  std::string base_image;
  std::string default_command;
  /// The runtime with the lowest number is asked first.
  int precedence = 100;
  /// One of these files is a sign that the runtime is meant.
  std::vector<std::string> signs;
  /// Chosen by itself only where no other runtime sees its signs.
  bool alone = false;
  Contract contract;
  /// Needed besides, unless the Procfile declares `web`.
  Contract contract_without_web;
  /// File name or JSON path that may be missing -> what to do then.
  std::map<std::string, std::string> advice;
  /// Part of a RUN line of the Dockerfile -> what to call its failure.
  std::map<std::string, std::string> failures;
  /// Patterns of the files at the root that decide whether dependencies are installed anew.
  std::vector<std::string> dependencies;

  [[nodiscard]] bool builds_from_repository() const { return dockerfile.empty(); }
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
  /// Part of a RUN line -> what to call its failure: `pip install` -> `pip install failed`.
  std::map<std::string, std::string> failures;
  /// As Runtime::dependencies.
  std::vector<std::string> dependencies;
  /// 0 = take the image's EXPOSE, else 8080 (dockerfile runtime).
  int internal_port = 0;
  /// From the Procfile, else `web` with the default command (empty = the image's own).
  ProcessCommands processes;
  /// A quantity for each of them but the release command: that of the app.json, else 1 of web and 0
  /// of others.
  Formation formation;
  AppJson app_json;
};

/// The files at the root that match one of the patterns, sorted.
std::vector<std::string> dependency_files(const SourceTree& tree,
                                          const std::vector<std::string>& patterns);

struct RuntimeSettings {
  /// Folder with one folder per runtime.
  std::filesystem::path folder;
  /// `[images]`: runtime name -> base image.
  std::map<std::string, std::string> base_images;
  bool allow_dockerfile = false;
};

/// The folder that came with the program: `share/minpaas/runtimes` of the prefix it is installed
/// in, else the one of the source that it was built from.
std::filesystem::path default_folder();

/// All runtimes of one folder. Immutable, so any thread may ask it.
class Catalog {
 public:
  /// Errors: NotFound, InvalidInput naming file and line.
  static Result<Catalog> load(const RuntimeSettings& settings);
  /// Names, sorted.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] const Runtime* find(std::string_view name) const;
  /// Chooses a runtime (`chosen` if given, else by what the tree holds) and checks its contract.
  /// Errors: InvalidInput; the message names every missing or wrong file (or the place in Procfile
  /// or app.json), the hint says what to do.
  Result<BuildPlan> plan(const SourceTree& tree, const std::optional<std::string>& chosen) const;

 private:
  [[nodiscard]] Result<const Runtime*> detect(const SourceTree& tree,
                                              const ProcessCommands& processes) const;
  [[nodiscard]] std::vector<const Runtime*> candidates(const SourceTree& tree) const;
  [[nodiscard]] Error nothing_fits(const SourceTree& tree) const;
  [[nodiscard]] std::string other_choices(const SourceTree& tree, const ProcessCommands& processes,
                                          const Runtime& refused) const;

  std::map<std::string, Runtime, std::less<>> runtimes_;
  RuntimeSettings settings_;
};

}  // namespace minpaas::runtimes
