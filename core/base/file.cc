#include "core/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/fd.h"

namespace minpaas {
namespace {

Result<void> write_all(int fd, const std::filesystem::path& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno != EINTR) {
      return file_error(path, "write", errno);
    }
    if (put > 0) {
      content.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  if (::fsync(fd) != 0) {
    return file_error(path, "write", errno);
  }
  return {};
}

Result<void> create_and_fill(const std::filesystem::path& path, std::string_view content,
                             mode_t mode) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd) {
    return file_error(path, "create", errno);
  }
  // The umask may have taken bits away; a secret file must have exactly `mode`.
  auto written = ::fchmod(fd.get(), mode) == 0 ? write_all(fd.get(), path, content)
                                               : Result<void>(file_error(path, "create", errno));
  if (!written) {
    ::unlink(path.c_str());
  }
  return written;
}

}  // namespace

Error file_error(const std::filesystem::path& path, std::string_view action, int error_number) {
  ErrorCode code = ErrorCode::Unavailable;
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      code = ErrorCode::NotFound;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      code = ErrorCode::PermissionDenied;
      break;
    case EEXIST:
      code = ErrorCode::AlreadyExists;
      break;
    case ENOSPC:
    case EDQUOT:
      code = ErrorCode::NoSpace;
      break;
    default:
      break;
  }
  return {code, fmt::format("cannot {} {}: {}", action, path.string(), std::strerror(error_number)),
          "", ""};
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t most_bytes) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    return file_error(path, "read", errno);
  }
  std::string content;
  char block[16384];
  for (;;) {
    const ssize_t got = ::read(fd.get(), block, sizeof block);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return file_error(path, "read", errno);
    }
    if (got == 0) {
      return content;
    }
    content.append(block, static_cast<std::size_t>(got));
    if (content.size() > most_bytes) {
      return Error{ErrorCode::InvalidInput,
                   fmt::format("{} is larger than {} bytes", path.string(), most_bytes), "", ""};
    }
  }
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                                   mode_t mode) {
  auto temporary = path;
  temporary += fmt::format(".tmp-{}", ::getpid());
  ::unlink(temporary.c_str());
  TRY(create_and_fill(temporary, content, mode));
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int why = errno;
    ::unlink(temporary.c_str());
    return file_error(path, "replace", why);
  }
  return sync_folder(path.parent_path());
}

Result<void> create_file(const std::filesystem::path& path, std::string_view content, mode_t mode) {
  TRY(create_and_fill(path, content, mode));
  return sync_folder(path.parent_path());
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  Fd fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) {
    return file_error(folder, "sync", errno);
  }
  return {};
}

Result<void> make_folder(const std::filesystem::path& folder, mode_t mode) {
  std::error_code failed;
  std::filesystem::create_directories(folder.parent_path(), failed);
  if (::mkdir(folder.c_str(), mode) != 0 && errno != EEXIST) {
    return file_error(folder, "create", errno);
  }
  if (!std::filesystem::is_directory(folder, failed)) {
    return file_error(folder, "create", ENOTDIR);
  }
  return {};
}

Result<long long> free_bytes(const std::filesystem::path& path) {
  struct statvfs usage {};

  if (::statvfs(path.c_str(), &usage) != 0) {
    return file_error(path, "look at", errno);
  }
  return static_cast<long long>(usage.f_bavail) * static_cast<long long>(usage.f_frsize);
}

}  // namespace minpaas
