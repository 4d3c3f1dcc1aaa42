#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cmd/command_docs/pages.h"
#include "core/base/result.h"

namespace minpaas::command_docs {

/// Definitions of verbs() and overview() of cmd/minpaas/verbs.h, as C++.
std::string client_table(const std::vector<Page>& all);

/// What a shell runs to complete words of `minpaas`: verbs, their options, values that are one of a
/// few words, git remotes for --remote. No server is asked.
std::string bash_completion(const std::vector<Page>& all);
std::string zsh_completion(const std::vector<Page>& all);
std::string fish_completion(const std::vector<Page>& all);

/// minpaas(1), as man(7) has it; `date` is that of its head line: 2026-11-23.
std::string client_manual(const std::vector<Page>& all, std::string_view date);

/// minpaas.ini(5), from the text of config/minpaas.ini. Errors: InvalidInput (a line that is
/// neither section, comment nor setting).
Result<std::string> settings_manual(std::string_view ini, std::string_view date);

}  // namespace minpaas::command_docs
