#pragma once

#include <chrono>
#include <filesystem>
#include <set>
#include <string>

#include "core/app/app_name.h"
#include "core/router/route_table.h"

/// Requests that wait in HAProxy while nothing can answer them: a Lua action (HAProxy configuration
/// manual, "lua-load"; 2.6) sleeps as long as a map names their backend.
namespace minpaas::router {

/// After it a request goes on, and finds what there is.
inline constexpr std::chrono::seconds kLongestHold{120};

inline constexpr const char* kHoldScript = "hold.lua";
inline constexpr const char* kHeldMap = "held.map";

/// Whether the program was built with Lua.
bool can_hold(const std::string& program);
std::string render_hold_script(const std::filesystem::path& folder);
/// For the `global` section.
std::string render_hold_globals(const std::filesystem::path& folder);
/// Of a backend, behind all that answers without the app.
std::string render_hold_rule(const std::filesystem::path& folder);
/// Lines `app-blog on`.
std::string render_held_map(const std::set<AppName>& apps, const RouteTable& routes);

}  // namespace minpaas::router
