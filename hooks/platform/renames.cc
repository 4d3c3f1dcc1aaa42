#include "hooks/platform/renames.h"

#include <fmt/format.h>

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

Result<void> move_folder(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  if (!std::filesystem::exists(from, error) && !error) {
    return {};
  }
  if (!error && std::filesystem::exists(to, error) && !error) {
    return Error{ErrorCode::Unavailable,
                 fmt::format("{} could not be moved: there is {}", from.string(), to.string()),
                 "take one of them away and restart minpaasd", ""};
  }
  if (!error) {
    std::filesystem::rename(from, to, error);
  }
  if (error) {
    return Error{ErrorCode::Unavailable,
                 fmt::format("{} could not be moved: {}", from.string(), error.message()), "", ""};
  }
  return {};
}

}  // namespace

Result<void> clear_files(const PipelineParts& parts, const AppName& name) {
  for (const auto& folder : {parts.build_logs() / name.str(), parts.repository(name)}) {
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    if (error) {
      return Error{ErrorCode::Unavailable,
                   fmt::format("{} is in the way and could not be removed: {}", folder.string(),
                               error.message()),
                   "", ""};
    }
  }
  return {};
}

Result<void> move_files(const PipelineParts& parts, const state::RenameRow& rename) {
  const auto other = parts.apps.get(rename.old_name);
  if (!other && other.error().code != ErrorCode::NotFound) {
    return other.error();
  }
  if (!other) {
    TRY(move_folder(parts.build_logs() / rename.old_name.str(),
                    parts.build_logs() / rename.name.str()));
    TRY(move_folder(parts.repository(rename.old_name), parts.repository(rename.name)));
  }
  return parts.apps.finish_rename(rename.name);
}

Result<void> finish_renames(const PipelineParts& parts) {
  const auto unfinished = TRY(parts.apps.unfinished_renames());
  for (const state::RenameRow& rename : unfinished) {
    const auto moved = move_files(parts, rename);
    if (moved) {
      log::info("recovery: the files of {} have its name", rename.name.str());
    } else {
      log::error("recovery of {}: {}", rename.name.str(), moved.error().for_log());
    }
  }
  return {};
}

}  // namespace minpaas::hooks
