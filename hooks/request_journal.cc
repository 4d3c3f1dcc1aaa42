#include "hooks/request_journal.h"

#include <map>

namespace minpaas::hooks {

void write_requests(state::AppStore& apps, AppJournal& journal,
                    std::vector<router::RequestLine> lines) {
  std::map<AppName, std::vector<docker::LogLine>> by_app;
  for (router::RequestLine& line : lines) {
    by_app[line.app].push_back({line.at, docker::LogStream::Out, std::move(line.text)});
  }
  for (const auto& [name, requests] : by_app) {
    if (const auto app = apps.get(name)) {
      journal.add(app->label, JournalTopic::Router, requests);
    }
  }
}

}  // namespace minpaas::hooks
