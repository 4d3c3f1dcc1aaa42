#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/archive/tar_reader.h"
#include "core/base/text.h"

namespace {

using minpaas::Result;

/// Aborts where a path could lead out of a folder that it is put below, or content is not as
/// announced.
class Watchful : public minpaas::archive::TarSink {
 public:
  Result<void> begin_file(const std::string& path, minpaas::archive::FileMode /*mode*/,
                          long long size) override {
    require_inside(path);
    require(!path.empty() && size >= 0);
    announced_ = size;
    return {};
  }

  Result<void> content(std::span<const char> piece) override {
    announced_ -= static_cast<long long>(piece.size());
    total_ += static_cast<long long>(piece.size());
    require(announced_ >= 0 && total_ <= kMostBytes);
    return {};
  }

  Result<void> end_file() override {
    require(announced_ == 0);
    return {};
  }

  Result<void> add_folder(const std::string& path) override {
    require_inside(path);
    return {};
  }

  Result<void> add_symlink(const std::string& path, const std::string& target) override {
    require_inside(path);
    if (minpaas::archive::stays_inside(path, target)) {
      require(!target.starts_with('/'));
    }
    return {};
  }

  Result<void> add_hard_link(const std::string& path, const std::string& earlier) override {
    require_inside(path);
    require_inside(earlier);
    return {};
  }

  static constexpr long long kMostBytes = 1 << 20;

 private:
  static void require(bool holds) {
    if (!holds) {
      std::abort();
    }
  }

  static void require_inside(std::string_view path) {
    require(!path.starts_with('/') && !path.ends_with('/'));
    for (const std::string_view part : minpaas::split(path, '/')) {
      require(part != ".." && part != "." && (!part.empty() || path.empty()));
    }
  }

  long long announced_ = 0;
  long long total_ = 0;
};

}  // namespace

/// Archives come from whoever may deploy.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const char* bytes = reinterpret_cast<const char*>(data);
  std::size_t at = 0;
  const minpaas::archive::Take take = [&]() -> Result<std::span<const char>> {
    constexpr std::size_t kPiece = 700;
    const std::size_t count = std::min(kPiece, size - at);
    at += count;
    return std::span<const char>(bytes + at - count, count);
  };
  Watchful sink;
  const auto read = minpaas::archive::read_tar(
      take, {.entries = 1000, .file_bytes = 1 << 19, .total_bytes = Watchful::kMostBytes}, sink);
  if (!read && read.error().message.find('\n') != std::string::npos) {
    std::abort();
  }
  return 0;
}
