#pragma once

#include <optional>
#include <string_view>

namespace minpaas {

/// What a member may do with an app; each includes those before it. Read: see everything but config
/// values, clone and fetch. Deploy: push, change config and processes, run programs.
/// Admin: grant and revoke, limits, rename, lock, destroy.
enum class AppRight { Read, Deploy, Admin };

constexpr std::string_view to_string(AppRight right) {
  switch (right) {
    case AppRight::Read:
      return "read";
    case AppRight::Deploy:
      return "deploy";
    case AppRight::Admin:
      return "admin";
  }
  return "";
}

/// Absent when the word is none of theirs.
constexpr std::optional<AppRight> app_right_from(std::string_view word) {
  for (const AppRight right : {AppRight::Read, AppRight::Deploy, AppRight::Admin}) {
    if (to_string(right) == word) {
      return right;
    }
  }
  return std::nullopt;
}

}  // namespace minpaas
