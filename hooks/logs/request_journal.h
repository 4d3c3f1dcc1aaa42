#pragma once

#include <vector>

#include "core/router/router.h"
#include "core/state/app_store.h"
#include "hooks/logs/app_journal.h"

namespace minpaas::hooks {

/// Writes what visitors asked into the logs of their apps, as `app[router]`. What an app that is
/// gone was asked is left out; when the store fails, the server's log says so. Thread: any.
void write_requests(state::AppStore& apps, AppJournal& journal,
                    std::vector<router::RequestLine> lines);

}  // namespace minpaas::hooks
