#include <dlfcn.h>
#include <git2.h>

#include <atomic>

#include "core/git/repository.h"

namespace minpaas::git {
namespace {

std::atomic<bool> is_starting{false};

}  // namespace

Library::Library() {
  is_starting = true;
  git_libgit2_init();
  is_starting = false;
  for (const int level : {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_XDG,
                          GIT_CONFIG_LEVEL_PROGRAMDATA}) {
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  }
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  // Objects are verified when they are received, and zlib's own checksum still finds a bad disk; a
  // cache of them would only hold memory.
  git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
  git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
}

Library::~Library() {
  git_libgit2_shutdown();
}

}  // namespace minpaas::git

// Two functions stand before those of libraries that Debian's libgit2 1.5 sets up when it starts.
// What they put off is for transports that are not used here, and is 5 ms and 2 MB of a small push
// that takes 7 ms in all. Everything else goes on to the library. They are weak, so that a program
// that links the libraries as archives can do so.
namespace {

template <typename Function>
Function next_definition(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

struct mbedtls_x509_crt;

/// Reads every CA certificate of the system at start. Whoever speaks TLS through libgit2 sets them
/// with GIT_OPT_SET_SSL_CERT_LOCATIONS, which comes through here as well.
extern "C" __attribute__((weak)) int mbedtls_x509_crt_parse_file(mbedtls_x509_crt* chain,
                                                                 const char* path) {
  constexpr int kNothingRead = -1;
  if (minpaas::git::is_starting) {
    return kNothingRead;
  }
  const auto next = next_definition<int (*)(mbedtls_x509_crt*, const char*)>(__func__);
  return next == nullptr ? kNothingRead : next(chain, path);
}

/// Sets up OpenSSL. libssh2 does it by itself when its first session is made.
extern "C" __attribute__((weak)) int libssh2_init(int flags) {
  constexpr int kDone = 0;
  if (minpaas::git::is_starting) {
    return kDone;
  }
  const auto next = next_definition<int (*)(int)>(__func__);
  return next == nullptr ? kDone : next(flags);
}
