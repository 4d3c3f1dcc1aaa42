#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace minpaas::archive {

/// Takes the next piece of the stream.
using Put = std::function<Result<void>(std::span<const char>)>;

enum class FileMode { Plain, Executable };

struct FolderOwner {
  long long user = 0;
  long long group = 0;
  unsigned mode = 0755;
};

/// Writes a tar stream (GNU, which holds names of any bytes and length). The first entry should
/// have a name of at most 100 bytes: BuildKit looks at its header to tell that it is a tar. Owner
/// and group are 0 and every entry has the same time, so that equal content gives equal bytes.
/// Thread: one.
class TarWriter {
 public:
  TarWriter(Put put, SystemTime time);
  ~TarWriter();
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  /// Errors of all: what `put` returned; InvalidInput for a name that a tar cannot hold.
  Result<void> add_file(const std::string& path, FileMode mode, std::string_view content);
  Result<void> add_symlink(const std::string& path, const std::string& target);
  Result<void> add_folder(const std::string& path);
  /// A folder that is not of owner and group 0.
  Result<void> add_folder(const std::string& path, const FolderOwner& owner);
  /// Writes the end of the archive. Nothing may be added afterwards.
  Result<void> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace minpaas::archive
