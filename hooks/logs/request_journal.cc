#include "hooks/logs/request_journal.h"

#include <map>

#include "core/base/log.h"

namespace minpaas::hooks {

void write_requests(state::AppStore& apps, AppJournal& journal,
                    std::vector<router::RequestLine> lines) {
  std::map<AppName, std::vector<docker::LogLine>> by_app;
  for (router::RequestLine& line : lines) {
    by_app[line.app].push_back({line.at, docker::LogStream::Out, std::move(line.text)});
  }
  for (const auto& [name, requests] : by_app) {
    const auto app = apps.get(name);
    if (app) {
      journal.add(app->label, JournalTopic::Router, requests);
    } else if (app.error().code != ErrorCode::NotFound) {
      // It would be the same with the other apps.
      log::warn("requests are missing in logs: {}", app.error().for_log());
      return;
    }
  }
}

}  // namespace minpaas::hooks
