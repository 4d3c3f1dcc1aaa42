#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/fd.h"
#include "core/base/guarded.h"
#include "core/base/result.h"
#include "hooks/service/follow.h"

namespace minpaas::hooks {

struct FeedLimits {
  /// Size of the stored output. Beyond it a notice is written, then only lines of stages, warnings
  /// and the result, up to `closing_bytes` more.
  std::size_t most_bytes = 8U << 20;
  std::size_t closing_bytes = 64U << 10;
  /// A longer line is cut.
  std::size_t line_bytes = 8U << 10;
};

/// Whether a follower stayed to the end or left before.
enum class Followed { ToTheEnd, Left };

/// The output of one deploy: stored in a file as it is said, read from there by every follower at
/// its own pace. A slow follower loses nothing, blocks nobody and costs no memory. Thread: any.
class DeployFeed {
 public:
  /// Errors: NoSpace, Unavailable.
  static Result<std::shared_ptr<DeployFeed>> create(const std::filesystem::path& file,
                                                    const FeedLimits& limits);
  DeployFeed(const DeployFeed&) = delete;
  DeployFeed& operator=(const DeployFeed&) = delete;

  /// Adds a line without its end; control sequences are dropped. Never waits for a follower. When
  /// the disk is full, the line is kept in memory (bounded) for those who follow.
  void line(std::string_view text);
  /// No line comes any more: followers end when they have seen all.
  void end();
  /// Hands over every line from the first on until the end, `follow.line` returns false or
  /// `follow.gone` is requested. Errors: those of reading the file.
  Result<Followed> follow(const Follow& follow) const;

 private:
  struct State {
    std::size_t file_bytes = 0;
    /// Lines that the disk had no room for; once there is one, all later ones are here.
    std::deque<std::string> unstored;
    std::size_t unstored_bytes = 0;
    bool limit_told = false;
    bool ended = false;
  };

  /// What a follower finds: how far the file may be read, then lines from memory.
  struct View {
    std::size_t file_bytes = 0;
    std::deque<std::string> unstored;
    bool ended = false;
  };

  DeployFeed(std::filesystem::path file, Fd out, const FeedLimits& limits);
  [[nodiscard]] bool admit(std::string_view text);
  void store(const std::string& line);
  View wait(std::size_t bytes_seen, std::size_t lines_seen, const std::stop_token& gone) const;

  std::filesystem::path file_;
  Fd out_;
  FeedLimits limits_;
  mutable Guarded<State> state_;
};

/// The stored output of a deploy that has ended. Errors: NotFound (there is none).
Result<Followed> replay(const std::filesystem::path& file, const LineSink& line);

/// Removes all but the `most` newest (highest numbered) outputs of the folder `<log_folder>/<app>`.
void keep_newest_outputs(const std::filesystem::path& folder, std::size_t most);

}  // namespace minpaas::hooks
