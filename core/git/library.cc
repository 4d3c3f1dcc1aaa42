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

struct mbedtls_x509_crt;

/// Stands before mbedTLS's own function. Debian's libgit2 1.5 reads every CA certificate of the
/// system when it starts: 5 ms of the 14 ms that a whole small push takes, and 2 MB. Nothing here
/// speaks TLS through libgit2; whoever does sets the certificates with
/// GIT_OPT_SET_SSL_CERT_LOCATIONS, which comes through here as well and is passed on.
extern "C" int mbedtls_x509_crt_parse_file(mbedtls_x509_crt* chain, const char* path) {
  using Parse = int (*)(mbedtls_x509_crt*, const char*);
  constexpr int kNothingRead = -1;
  if (minpaas::git::is_starting) {
    return kNothingRead;
  }
  const auto next = reinterpret_cast<Parse>(::dlsym(RTLD_NEXT, "mbedtls_x509_crt_parse_file"));
  return next == nullptr ? kNothingRead : next(chain, path);
}
