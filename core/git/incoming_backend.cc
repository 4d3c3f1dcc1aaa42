#include "core/git/incoming_backend.h"

#include <git2/sys/odb_backend.h>

#include <memory>

#include "core/git/git_error.h"

namespace minpaas::git {
namespace {

/// Before all that a repository has by itself.
constexpr int kFirst = 1000;

}  // namespace

/// libgit2 knows only `parent`, which comes first.
struct IncomingPack::Backend {
  git_odb_backend parent{};
  IncomingPack* pack = nullptr;
};

struct IncomingPack::Writer {
  git_odb_writepack parent{};
  IncomingPack* pack = nullptr;
};

int IncomingPack::append(const void* bytes, std::size_t size) {
  begun_ = true;
  const auto taken = receiver_.append({static_cast<const std::byte*>(bytes), size});
  if (!taken) {
    failed_ = taken.error();
    git_error_set_str(GIT_ERROR_INDEXER, failed_->message.c_str());
    return -1;
  }
  progress_(receiver_.objects_received(), receiver_.objects_total());
  return 0;
}

int IncomingPack::commit() {
  if (receiver_.complete()) {
    return 0;
  }
  failed_ = Error{ErrorCode::Unavailable, "the repository's server ended before its pack",
                  "try again", ""};
  git_error_set_str(GIT_ERROR_INDEXER, failed_->message.c_str());
  return -1;
}

Result<void> IncomingPack::add_to(git_repository* repository) {
  auto backend = std::make_unique<Backend>();
  git_odb_init_backend(&backend->parent, GIT_ODB_BACKEND_VERSION);
  backend->pack = this;
  // What has no `read` and no `exists` is passed over when objects are looked for.
  backend->parent.writepack = [](git_odb_writepack** out, git_odb_backend* raw, git_odb* /*odb*/,
                                 git_indexer_progress_cb /*progress*/, void* /*payload*/) noexcept {
    auto writer = std::make_unique<Writer>();
    writer->pack = reinterpret_cast<Backend*>(raw)->pack;
    writer->parent.backend = raw;
    writer->parent.append = [](git_odb_writepack* self, const void* bytes, size_t size,
                               git_indexer_progress* /*stats*/) noexcept {
      return reinterpret_cast<Writer*>(self)->pack->append(bytes, size);
    };
    writer->parent.commit = [](git_odb_writepack* self, git_indexer_progress* /*stats*/) noexcept {
      return reinterpret_cast<Writer*>(self)->pack->commit();
    };
    writer->parent.free = [](git_odb_writepack* self) noexcept {
      delete reinterpret_cast<Writer*>(self);
    };
    *out = &writer.release()->parent;
    return 0;
  };
  backend->parent.free = [](git_odb_backend* raw) noexcept {
    delete reinterpret_cast<Backend*>(raw);
  };
  git_odb* raw = nullptr;
  TRY(check_git(git_repository_odb(&raw, repository), "open the object database"));
  const OdbHandle odb(raw);
  const auto added =
      check_git(git_odb_add_backend(odb.get(), &backend->parent, kFirst), "open the quarantine");
  if (added) {
    backend.release();
  }
  return added;
}

}  // namespace minpaas::git
