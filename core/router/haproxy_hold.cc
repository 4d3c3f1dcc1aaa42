#include "core/router/haproxy_hold.h"

#include <fmt/format.h>

#include "core/base/program.h"
#include "core/router/haproxy_config.h"

namespace minpaas::router {
namespace {

constexpr milliseconds kVersionPatience{5000};

constexpr const char* kScript =
    R"(-- Written by minpaasd.
local held = Map.new("{0}/{1}", Map._str)

core.register_action("hold", {{ "http-req" }}, function(txn)
  local backend = txn.f:be_name()
  local last = core.now().sec + {2}
  while held:lookup(backend) and core.now().sec < last do
    core.msleep(20)
  end
end)
)";

}  // namespace

bool can_hold(const std::string& program) {
  const auto told = run_program(
      {.arguments = {program, "-vv"}, .environment = {}, .time_limit = kVersionPatience}, {});
  return told && told->output.find("USE_LUA=1") != std::string::npos;
}

std::string render_hold_script(const std::filesystem::path& folder) {
  return fmt::format(fmt::runtime(kScript), folder.string(), kHeldMap, kLongestHold.count());
}

std::string render_hold_globals(const std::filesystem::path& folder) {
  return fmt::format("  lua-load {}/{}\n", folder.string(), kHoldScript);
}

std::string render_hold_rule(const std::filesystem::path& folder) {
  return fmt::format("  http-request lua.hold if {{ be_name,map({}/{}) -m found }}\n",
                     folder.string(), kHeldMap);
}

std::string render_held_map(const std::set<AppName>& apps, const RouteTable& routes) {
  std::string text;
  for (const AppName& app : apps) {
    text += fmt::format("{} on\n", backend_of(app, routes));
  }
  return text;
}

}  // namespace minpaas::router
