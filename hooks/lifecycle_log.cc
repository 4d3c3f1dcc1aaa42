#include "hooks/lifecycle_log.h"

namespace minpaas::hooks {

void LifecycleLog::tell(const AppName& app, std::string text) {
  if (const auto row = apps_.get(app)) {
    add(row->label, std::move(text));
  }
}

void LifecycleLog::tell_label(const std::string& label, std::string text) {
  const auto app = apps_.find_label(label);
  if (app && *app) {
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
    return;
  }
  std::set<std::string> labels;
  for (const state::AppRow& app : *apps) {
    labels.insert(app.label);
  }
  journal_.keep_only(labels);
}

}  // namespace minpaas::hooks
