#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/base/guarded.h"
#include "core/docker/engine.h"

namespace minpaas::hooks {

/// What the lines of a journal are about.
enum class JournalTopic {
  /// The requests of visitors.
  Router,
  /// What became of the app's processes and releases, and who changed it.
  Lifecycle,
};

/// `router`, `minpaas`: the source of a line in `logs`.
std::string_view to_string(JournalTopic topic);

/// Lines about an app that none of its processes prints, by the value of docker::kLabelApp. They
/// are kept in files, the newest `kMostFileBytes` to twice as many for each app and topic. Thread:
/// any.
class AppJournal {
 public:
  static constexpr std::size_t kMostFileBytes = 1U << 20;
  static constexpr std::size_t kMostLineBytes = 1024;

  /// Makes the folder, in which there must be nothing else.
  explicit AppJournal(std::filesystem::path folder);

  /// Lines in order of time; what is no text in them is escaped, what is too long cut (cut_text).
  /// They are not worth a failure of what they tell of: when they cannot be stored, the server's
  /// log says so.
  void add(const std::string& label, JournalTopic topic, const std::vector<docker::LogLine>& lines);
  /// Whether there is a line.
  [[nodiscard]] bool has(const std::string& label, JournalTopic topic) const;
  /// Gives the lines as docker::Engine::logs does those of a container, which never ends.
  /// Errors: Cancelled, those of the file system.
  Result<void> read(const std::string& label, JournalTopic topic, const docker::LogOptions& options,
                    const docker::LogSink& sink, const std::stop_token& stop);
  /// Removes the lines of all others. Where that fails the server's log says so.
  void keep_only(const std::set<std::string>& labels);

 private:
  using Key = std::pair<std::string, JournalTopic>;

  /// How far someone has read: in the current file, which is the n-th of this run.
  struct Place {
    std::uint64_t file = 0;
    std::size_t offset = 0;
  };

  [[nodiscard]] std::filesystem::path file(const Key& key) const;
  [[nodiscard]] std::filesystem::path old_file(const Key& key) const;
  Result<void> append(const Key& key, const std::string& text);
  Result<std::string> read_on(const Key& key, std::optional<Place>& place);

  std::filesystem::path folder_;
  mutable std::mutex files_;
  /// How often a file was set aside in this run. Under `files_`.
  std::map<Key, std::uint64_t> turns_;
  /// How many batches of this run: who follows waits for more.
  Guarded<std::map<Key, std::uint64_t>> added_;
  /// The last attempt failed, which was said. Under `files_`.
  bool failing_ = false;
};

}  // namespace minpaas::hooks
