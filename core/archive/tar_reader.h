#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/archive/tar_writer.h"
#include "core/base/result.h"

namespace minpaas::archive {

/// The next bytes of the stream, valid until the next call; none at its end.
using Take = std::function<Result<std::span<const char>>()>;

/// Bounds of one archive. Going over one is Error InvalidInput that names it.
struct ReadLimits {
  int entries = 100'000;
  long long file_bytes = 256LL << 20;
  /// Of all files together, unpacked.
  long long total_bytes = 2LL << 30;
  /// Unpacked bytes for each byte received, from the first 64 MB on.
  int ratio = 200;
};

/// What an archive holds, in its order. Paths are relative, without `.`, `..` and empty parts.
/// An Error ends the reading.
class TarSink {
 public:
  virtual ~TarSink() = default;
  /// Content follows in pieces, `size` bytes in all, then `end_file`.
  virtual Result<void> begin_file(const std::string& path, FileMode mode, long long size) = 0;
  virtual Result<void> content(std::span<const char> piece) = 0;
  virtual Result<void> end_file() = 0;
  /// Empty: the folder that was packed itself (`./`).
  virtual Result<void> add_folder(const std::string& path) = 0;
  /// `target` is as it stands in the archive.
  virtual Result<void> add_symlink(const std::string& path, const std::string& target) = 0;
  /// The file again that came before as `earlier`, if there was one.
  virtual Result<void> add_hard_link(const std::string& path, const std::string& earlier) = 0;
};

/// Reads a tar (ustar, pax, GNU), plain or compressed with gzip. Nothing is written to disk.
/// Errors: those of `take` and `sink`; InvalidInput: no such archive, an empty or damaged one, a
/// path that is absolute or has `..`, a device or the like, over a limit. Thread: any.
Result<void> read_tar(const Take& take, const ReadLimits& limits, TarSink& sink);

/// `./a//b/` as `a/b`; empty for the folder itself. Errors: InvalidInput (absolute, `..`, too
/// long).
Result<std::string> plain_path(std::string_view path);

/// Whether a symbolic link at `path` with `target` stays within the folder that `path` is relative
/// to, whatever other links there are.
bool stays_inside(std::string_view path, std::string_view target);

}  // namespace minpaas::archive
