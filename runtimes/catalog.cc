#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "core/base/text.h"
#include "runtimes/recipe.h"
#include "runtimes/runtime.h"

namespace minpaas::runtimes {
namespace {

constexpr std::string_view kProcfile = "Procfile";
constexpr std::string_view kAppJson = "app.json";
constexpr std::string_view kDockerfile = "Dockerfile";
constexpr std::string_view kSourceFolder = "app";
constexpr std::size_t kMostNamesShown = 20;

bool declares_web(const ProcessCommands& processes) {
  return processes.contains(ProcessType::web());
}

Result<ProcessCommands> read_procfile(const SourceTree& tree) {
  if (!tree.has_file(kProcfile)) {
    return ProcessCommands{};
  }
  return parse_procfile(TRY(tree.read(kProcfile, kMostProcfileBytes)));
}

Result<AppJson> read_app_json(const SourceTree& tree) {
  if (!tree.has_file(kAppJson)) {
    return AppJson{};
  }
  return parse_app_json(TRY(tree.read(kAppJson, kMostAppJsonBytes)));
}

/// What this repository must hold: a Procfile with `web` stands in for a part.
Contract contract_of(const Runtime& runtime, const ProcessCommands& processes) {
  Contract contract = runtime.contract;
  if (!declares_web(processes)) {
    const Contract& more = runtime.contract_without_web;
    contract.all_of.insert(contract.all_of.end(), more.all_of.begin(), more.all_of.end());
    contract.json_has.insert(contract.json_has.end(), more.json_has.begin(), more.json_has.end());
  }
  return contract;
}

std::vector<Violation> check(const Runtime& runtime, const SourceTree& tree,
                             const ProcessCommands& processes) {
  return check(contract_of(runtime, processes), tree);
}

std::string describe_root(const SourceTree& tree) {
  std::vector<std::string> names;
  for (const std::string& entry : tree.root_entries()) {
    if (names.size() == kMostNamesShown) {
      names.emplace_back("more");
      break;
    }
    names.push_back(escape_controls(entry));
  }
  return names.empty() ? "the commit holds no files"
                       : fmt::format("its root holds {}", join_for_people(names));
}

void add_hint(Error& error, const std::string& more) {
  if (!more.empty()) {
    error.hint += (error.hint.empty() ? "" : "; ") + more;
  }
}

Error broken_contract(const Runtime& runtime, std::string_view opening,
                      const std::vector<Violation>& violations) {
  std::vector<std::string> texts;
  Error error{ErrorCode::InvalidInput, "", "", ""};
  for (const Violation& violation : violations) {
    texts.push_back(violation.text);
    const auto advice = runtime.advice.find(violation.subject);
    if (!violation.advice.empty()) {
      add_hint(error, violation.advice);
    } else if (advice != runtime.advice.end()) {
      add_hint(error, advice->second);
    }
  }
  error.message = fmt::format("{}, but {}", opening, join_for_people(texts));
  return error;
}

std::string why_it_fits(const Runtime& runtime, const ProcessCommands& processes) {
  auto found = contract_of(runtime, processes).wants();
  if (declares_web(processes)) {
    found.emplace_back("a Procfile with web");
  }
  return join_for_people(found) + " found";
}

Formation first_formation(const ProcessCommands& processes, const Formation& wanted) {
  Formation formation;
  for (const auto& [type, command] : processes) {
    const auto quantity = wanted.find(type);
    if (!type.is_release()) {
      formation.emplace(type, quantity != wanted.end() ? quantity->second : first_quantity(type));
    }
  }
  return formation;
}

std::string base_image_of(const Runtime& runtime, const RuntimeSettings& settings) {
  const auto set = settings.base_images.find(runtime.name);
  return set == settings.base_images.end() || set->second.empty() ? runtime.base_image
                                                                  : set->second;
}

BuildPlan make_plan(const Runtime& runtime, const RuntimeSettings& settings,
                    ProcessCommands processes, AppJson app_json, std::string reason) {
  BuildPlan plan;
  plan.runtime = runtime.name;
  plan.reason = std::move(reason);
  plan.dockerfile_path = kDockerfile;
  plan.internal_port = runtime.internal_port;
  if (!runtime.builds_from_repository()) {
    plan.dockerfile = runtime.dockerfile;
    plan.source_prefix = kSourceFolder;
    plan.base_image = base_image_of(runtime, settings);
    plan.build_args = {{"BASE_IMAGE", plan.base_image}};
    plan.failures = runtime.failures;
    plan.dependencies = runtime.dependencies;
  }
  processes.try_emplace(ProcessType::web(), runtime.default_command);
  plan.formation = first_formation(processes, app_json.manifest.formation);
  plan.processes = std::move(processes);
  plan.app_json = std::move(app_json);
  return plan;
}

}  // namespace

std::vector<std::string> dependency_files(const SourceTree& tree,
                                          const std::vector<std::string>& patterns) {
  std::vector<std::string> files;
  for (const std::string& entry : tree.root_entries()) {
    if (std::ranges::any_of(patterns, [&entry](const std::string& pattern) {
          return ::fnmatch(pattern.c_str(), entry.c_str(), 0) == 0;
        })) {
      files.push_back(entry);
    }
  }
  return files;
}

std::filesystem::path default_folder() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto prefix = program.parent_path().parent_path();
  for (const auto& base : {prefix, prefix.parent_path()}) {
    const auto installed = base / "share/minpaas/runtimes";
    if (std::filesystem::is_directory(installed, error)) {
      return installed;
    }
  }
  return MINPAAS_RUNTIMES_SOURCE;
}

Result<Catalog> Catalog::load(const RuntimeSettings& settings) {
  Catalog catalog;
  catalog.settings_ = settings;
  std::error_code error;
  std::filesystem::directory_iterator entries(settings.folder, error);
  if (error) {
    return Error{ErrorCode::NotFound,
                 fmt::format("the runtimes folder {} cannot be read: {}", settings.folder.string(),
                             error.message()),
                 "set [runtimes] folder to where MinPaas' runtimes are", ""};
  }
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    if (!entries->is_directory(error)) {
      continue;
    }
    Runtime runtime = TRY(read_recipe(entries->path()));
    catalog.runtimes_.emplace(runtime.name, std::move(runtime));
  }
  if (catalog.runtimes_.empty()) {
    return Error{ErrorCode::NotFound,
                 fmt::format("the runtimes folder {} holds none", settings.folder.string()), "",
                 ""};
  }
  return catalog;
}

std::vector<std::string> Catalog::names() const {
  std::vector<std::string> names;
  for (const auto& [name, runtime] : runtimes_) {
    names.push_back(name);
  }
  return names;
}

const Runtime* Catalog::find(std::string_view name) const {
  const auto found = runtimes_.find(name);
  return found == runtimes_.end() ? nullptr : &found->second;
}

std::vector<const Runtime*> Catalog::candidates(const SourceTree& tree) const {
  std::vector<const Runtime*> found;
  for (const auto& [name, runtime] : runtimes_) {
    const bool allowed = !runtime.builds_from_repository() || settings_.allow_dockerfile;
    const bool signs = std::ranges::any_of(
        runtime.signs, [&tree](const std::string& file) { return tree.has_file(file); });
    if (allowed && signs) {
      found.push_back(&runtime);
    }
  }
  std::ranges::stable_sort(found, {}, &Runtime::precedence);
  if (std::ranges::any_of(found, [](const Runtime* runtime) { return !runtime->alone; })) {
    std::erase_if(found, [](const Runtime* runtime) { return runtime->alone; });
  }
  return found;
}

Error Catalog::nothing_fits(const SourceTree& tree) const {
  std::string wanted;
  for (const auto& [name, runtime] : runtimes_) {
    if (!runtime.builds_from_repository() || settings_.allow_dockerfile) {
      wanted += fmt::format("{}{} wants {}", wanted.empty() ? "" : "; ", name,
                            join_for_people(contract_of(runtime, {}).wants()));
    }
  }
  return {ErrorCode::InvalidInput, "no runtime fits this repository: " + describe_root(tree),
          wanted, ""};
}

std::string Catalog::other_choices(const SourceTree& tree, const ProcessCommands& processes,
                                   const Runtime& refused) const {
  std::string choices;
  for (const auto& [name, runtime] : runtimes_) {
    if (name != refused.name && check(runtime, tree, processes).empty()) {
      choices +=
          fmt::format("{} `apps:set APP runtime={}`", choices.empty() ? "or use" : " or", name);
    }
  }
  return choices;
}

Result<const Runtime*> Catalog::detect(const SourceTree& tree,
                                       const ProcessCommands& processes) const {
  const auto found = candidates(tree);
  if (found.empty()) {
    Error error = nothing_fits(tree);
    // Only a runtime that must be chosen can still fit.
    add_hint(error, other_choices(tree, processes, Runtime{}));
    return error;
  }
  for (const Runtime* runtime : found) {
    if (check(*runtime, tree, processes).empty()) {
      return runtime;
    }
  }
  const Runtime& first = *found.front();
  Error error = broken_contract(first, fmt::format("this looks like a {} app", first.name),
                                check(first, tree, processes));
  add_hint(error, other_choices(tree, processes, first));
  return error;
}

Result<BuildPlan> Catalog::plan(const SourceTree& tree,
                                const std::optional<std::string>& chosen) const {
  ProcessCommands processes = TRY(read_procfile(tree));
  AppJson app_json = TRY(read_app_json(tree));
  if (!chosen) {
    const Runtime* runtime = TRY(detect(tree, processes));
    std::string reason = why_it_fits(*runtime, processes);
    return make_plan(*runtime, settings_, std::move(processes), std::move(app_json),
                     std::move(reason));
  }
  const Runtime* runtime = find(*chosen);
  if (runtime == nullptr) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("there is no runtime {}", escape_controls(*chosen)),
                 "there are " + join_for_people(names()), ""};
  }
  const auto violations = check(*runtime, tree, processes);
  if (!violations.empty()) {
    return broken_contract(*runtime, fmt::format("the runtime {} is set for this app", *chosen),
                           violations);
  }
  return make_plan(*runtime, settings_, std::move(processes), std::move(app_json),
                   "set for this app");
}

}  // namespace minpaas::runtimes
