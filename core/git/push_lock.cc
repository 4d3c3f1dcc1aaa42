#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <thread>

#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/git/repository.h"

namespace minpaas::git {
namespace {

constexpr milliseconds kRetry{10};

}  // namespace

Result<PushLock> PushLock::acquire(const std::filesystem::path& repository, SteadyTime deadline) {
  const auto path = repository / "minpaas.lock";
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) {
    return file_error(path, "open", errno);
  }
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return file_error(path, "lock", errno);
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error{ErrorCode::Busy, "another push to this app is being stored",
                   "try again in a moment", ""};
    }
    std::this_thread::sleep_for(kRetry);
  }
  return PushLock(std::move(file));
}

}  // namespace minpaas::git
