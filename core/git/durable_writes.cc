#include "core/git/durable_writes.h"

#include <git2.h>

#include "core/base/guarded.h"

namespace minpaas::git {
namespace {

Guarded<int> scopes;

}  // namespace

DurableWrites::DurableWrites() {
  scopes.with([](int& count) {
    if (count++ == 0) {
      git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
    }
  });
}

DurableWrites::~DurableWrites() {
  scopes.with([](int& count) {
    if (--count == 0) {
      git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0);
    }
  });
}

}  // namespace minpaas::git
