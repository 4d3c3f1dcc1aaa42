#include "hooks/pipeline/scaling.h"

#include <fmt/format.h>

#include "runtimes/contract.h"

namespace minpaas::hooks {
namespace {

/// Of a release whose app nobody has scaled.
int own_quantity(const Release& release, const ProcessType& type) {
  const auto declared = release.manifest.formation.find(type);
  return declared != release.manifest.formation.end() ? declared->second : first_quantity(type);
}

}  // namespace

Formation carried_over(const Formation& planned, const Release& live) {
  Formation formation = planned;
  for (auto& [type, quantity] : formation) {
    const auto now = live.formation.find(type);
    if (now != live.formation.end() && now->second != own_quantity(live, type)) {
      quantity = now->second;
    }
  }
  return formation;
}

std::vector<std::string> types_that_end(const ProcessCommands& processes, const Release& live) {
  std::vector<std::string> lines;
  for (const auto& [type, quantity] : live.formation) {
    if (quantity > 0 && !processes.contains(type)) {
      lines.push_back(
          quantity == 1
              ? fmt::format("{} is no process type any more: it ends", type.str())
              : fmt::format("{} is no process type any more: all {} end", type.str(), quantity));
    }
  }
  return lines;
}

Result<void> require_process_type(const Release& release, const ProcessType& type) {
  if (type.is_release()) {
    return Error{ErrorCode::InvalidInput, "release is the release command, no process that runs on",
                 "it runs once in each deploy", ""};
  }
  if (type.is_web() || release.processes.contains(type)) {
    return {};
  }
  std::vector<std::string> known;
  for (const auto& [process, quantity] : release.formation) {
    known.push_back(process.str());
  }
  return Error{ErrorCode::NotFound,
               fmt::format("{} has no process type {}", release.app.str(), type.str()),
               "it has " + runtimes::join_for_people(known), ""};
}

Result<void> require_known_type(const AppName& app, const std::optional<Release>& live,
                                const ProcessType& type) {
  if (live) {
    return require_process_type(*live, type);
  }
  if (type.is_web()) {
    return {};
  }
  return Error{ErrorCode::NotFound,
               fmt::format("{} has no process type {} yet", app.str(), type.str()),
               "push it with git first, or leave TYPE out", ""};
}

Result<Formation> scaled(const Release& release, const Formation& quantities) {
  Formation formation = release.formation;
  for (const auto& [type, quantity] : quantities) {
    TRY(require_process_type(release, type));
    if (quantity < 0 || quantity > kMostProcesses) {
      return Error{ErrorCode::InvalidInput,
                   fmt::format("{}={}: a quantity is a number from 0 to {}", type.str(), quantity,
                               kMostProcesses),
                   "", ""};
    }
    formation[type] = quantity;
  }
  return formation;
}

}  // namespace minpaas::hooks
