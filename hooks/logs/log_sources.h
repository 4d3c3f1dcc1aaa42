#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "core/docker/engine.h"
#include "hooks/logs/app_journal.h"

namespace minpaas::hooks {

/// One of the things whose lines make up the log of an app.
struct LogSource {
  /// A container's id, or the name of a journal topic, which no container has as its id.
  std::string id;
  /// `web.1`, `router`
  std::string process;
  /// Whether new lines may come.
  bool is_alive = true;

  /// As it stands in a line.
  [[nodiscard]] std::string shown() const { return "app[" + process + "]"; }
};

/// Where the lines of an app come from: its containers, whose output the engine keeps, and its
/// journal. Thread: any.
class LogSources {
 public:
  /// Of so many containers, the newest, the lines are read.
  static constexpr std::size_t kMostContainers = 32;
  /// With the journal's topics.
  static constexpr std::size_t kMostSources = kMostContainers + 2;

  /// `instance` is the value of docker::kLabelInstance.
  LogSources(docker::Engine& engine, AppJournal& journal, std::string instance)
      : engine_(engine), journal_(journal), instance_(std::move(instance)) {}

  /// By the value of docker::kLabelApp. A topic without lines is left out. Errors: those of the
  /// engine.
  Result<std::vector<LogSource>> find(const std::string& label);
  /// As docker::Engine::logs.
  Result<void> read(const std::string& label, const LogSource& source,
                    const docker::LogOptions& options, const docker::LogSink& sink,
                    const std::stop_token& stop);

 private:
  docker::Engine& engine_;
  AppJournal& journal_;
  std::string instance_;
};

}  // namespace minpaas::hooks
