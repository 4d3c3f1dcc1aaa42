#pragma once

#include "hooks/service/release_report.h"
#include "sshd/commands/json.h"

namespace minpaas::sshd::commands {

/// As `releases` lists it.
Json to_json(const Release& release);
/// The same with all that `releases:info` knows.
Json to_json(const hooks::ReleaseReport& report);
Json to_json(const hooks::ReleaseDiff& diff);

/// For people: `Label:  value` lines.
std::string report_text(const hooks::ReleaseReport& report, SystemTime now);
std::string diff_text(const hooks::ReleaseDiff& diff);

/// `web=2 worker=0`: every process type that the release knows.
std::string formation_text(const Release& release);

}  // namespace minpaas::sshd::commands
