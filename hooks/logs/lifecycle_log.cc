#include "hooks/logs/lifecycle_log.h"

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

void tell_missing(std::string_view app, const Error& why) {
  log::warn("a line is missing in the log of {}: {}", app, why.for_log());
}

}  // namespace

void LifecycleLog::tell(const AppName& app, std::string text) {
  const auto row = apps_.get(app);
  if (row) {
    add(row->label, std::move(text));
  } else if (row.error().code != ErrorCode::NotFound) {
    tell_missing(app.str(), row.error());
  }
}

void LifecycleLog::tell_label(const std::string& label, std::string text) {
  const auto app = apps_.find_label(label);
  if (!app) {
    tell_missing(label, app.error());
  } else if (*app) {
    add(label, std::move(text));
  }
}

void LifecycleLog::add(const std::string& label, std::string text) {
  journal_.add(label, JournalTopic::Lifecycle,
               {{clock_.now(), docker::LogStream::Out, std::move(text)}});
}

void LifecycleLog::sweep() {
  const auto apps = apps_.list();
  if (!apps) {
    log::warn("the journals of apps that are gone stay: {}", apps.error().for_log());
    return;
  }
  std::set<std::string> labels;
  for (const state::AppRow& app : *apps) {
    labels.insert(app.label);
  }
  journal_.keep_only(labels);
}

}  // namespace minpaas::hooks
