#include "hooks/queue/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/file.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kBlockBytes = 16 * 1024;

}  // namespace

Result<LineReader> LineReader::open(const std::filesystem::path& file) {
  Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    return file_error(file, "open", errno);
  }
  return LineReader(std::move(fd), file);
}

Result<bool> LineReader::read_until(std::size_t end, const LineSink& line) {
  std::array<char, kBlockBytes> block;
  while (offset_ < end) {
    const ssize_t got = ::pread(file_.get(), block.data(), std::min(block.size(), end - offset_),
                                static_cast<off_t>(offset_));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return file_error(path_, "read", errno);
    }
    if (got == 0) {
      break;
    }
    offset_ += static_cast<std::size_t>(got);
    rest_.append(block.data(), static_cast<std::size_t>(got));
    if (!take_lines(line)) {
      return false;
    }
  }
  return true;
}

bool LineReader::take_lines(const LineSink& line) {
  std::size_t begin = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
    const bool more = line(std::string_view(rest_).substr(begin, end - begin));
    begin = end + 1;
    if (!more) {
      return false;
    }
  }
  rest_.erase(0, begin);
  return true;
}

bool LineReader::finish(const LineSink& line) {
  return rest_.empty() || line(rest_);
}

}  // namespace minpaas::hooks
