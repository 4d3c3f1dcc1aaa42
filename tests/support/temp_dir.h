#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace minpaas::test {

/// Where syncing costs nothing: memory, or the usual place where there is no file system of it. For
/// tests that commit a lot and lose no power.
inline std::filesystem::path quick_folder() {
  return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path();
}

/// A fresh folder that is deleted with the object.
class TempDir {
 public:
  TempDir() : TempDir(std::filesystem::temp_directory_path()) {}

  explicit TempDir(const std::filesystem::path& parent) {
    std::string pattern = (parent / "minpaas-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("no temporary folder");
    }
    path_ = pattern;
  }

  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace minpaas::test
