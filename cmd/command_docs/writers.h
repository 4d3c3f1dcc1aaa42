#pragma once

#include <string>
#include <vector>

#include "cmd/command_docs/pages.h"

namespace minpaas::command_docs {

/// Definitions of verbs() and overview() of cmd/minpaas/verbs.h, as C++.
std::string client_table(const std::vector<Page>& all);

}  // namespace minpaas::command_docs
