#include "core/git/pack_receiver.h"

#include <fmt/format.h>

#include <optional>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/git/git_error.h"
#include "core/git/pack_check.h"
#include "core/git/pack_parser.h"
#include "core/git/quarantine.h"

namespace minpaas::git {
namespace {

using IndexerHandle = Handle<git_indexer, git_indexer_free>;

/// libgit2 1.5 maps the pack anew for every piece, so pieces are gathered up to this size.
constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr unsigned kObjectsPerTick = 64;

/// What the indexer refuses is the peer's fault, unless it was the disk or the memory.
Result<void> check_indexer(int status) {
  if (status >= 0) {
    return {};
  }
  const git_error* last = git_error_last();
  const int origin = last != nullptr ? last->klass : GIT_ERROR_NONE;
  Error error = check_git(status, "store the pack").error();
  if (origin != GIT_ERROR_NONE && origin != GIT_ERROR_OS && origin != GIT_ERROR_NOMEMORY &&
      origin != GIT_ERROR_FILESYSTEM && error.code != ErrorCode::NoSpace) {
    error.code = ErrorCode::InvalidInput;
    error.message = fmt::format("bad pack: {}", error.cause);
  }
  return error;
}

class QuarantinedPack : public PackReceiver {
 public:
  QuarantinedPack(Repository& repository, const PackLimits& limits, Quarantine quarantine)
      : repository_(repository), parser_(limits), quarantine_(std::move(quarantine)) {}

  Result<std::size_t> append(std::span<const std::byte> bytes) override {
    // libgit2 sees only what the parser has let through: no size or count is over the limits.
    const std::size_t taken = TRY(parser_.feed(bytes));
    pending_.insert(pending_.end(), bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(taken));
    if (parser_.has_header() && parser_.objects_total() > 0 &&
        (pending_.size() >= kPieceBytes || parser_.complete())) {
      TRY(index_pending());
    }
    return taken;
  }

  [[nodiscard]] bool complete() const override { return parser_.complete(); }

  [[nodiscard]] std::uint32_t objects_received() const override {
    return parser_.objects_received();
  }

  [[nodiscard]] std::uint32_t objects_total() const override { return parser_.objects_total(); }

  Result<void> check(const std::vector<Oid>& tips, const CheckTick& tick) override {
    if (!complete()) {
      return Error{ErrorCode::Internal, "the pack is not complete", "", ""};
    }
    if (parser_.objects_total() == 0) {
      return check_connected(repository_, tips);
    }
    TRY(finish_index(tick));
    return check_pack(repository_, quarantine_.folder() / ("pack-" + name_ + ".idx"), tips, tick);
  }

  Result<void> keep() override {
    if (parser_.objects_total() == 0) {
      return {};
    }
    if (name_.empty()) {
      return Error{ErrorCode::Internal, "the pack was not checked", "", ""};
    }
    TRY(quarantine_.release_pack(name_, repository_.folder() / "objects" / "pack"));
    git_odb* raw = nullptr;
    TRY(check_git(git_repository_odb(&raw, repository_.raw()), "open the object database"));
    return check_git(git_odb_refresh(OdbHandle(raw).get()), "read the new pack");
  }

 private:
  /// libgit2 reports each object that it has resolved.
  static int on_progress(const git_indexer_progress* /*progress*/, void* context) noexcept {
    auto& self = *static_cast<QuarantinedPack*>(context);
    if (self.tick_ == nullptr || ++self.ticks_ % kObjectsPerTick != 0) {
      return 0;
    }
    const auto ticked = (*self.tick_)();
    if (!ticked) {
      self.tick_error_ = ticked.error();
      return -1;
    }
    return 0;
  }

  Result<void> index_pending() {
    if (!indexer_) {
      git_indexer_options options = GIT_INDEXER_OPTIONS_INIT;
      options.progress_cb = on_progress;
      options.progress_cb_payload = this;
      git_indexer* raw = nullptr;
      // Without an object database nothing can be taken from the repository as a base.
      TRY(check_git(git_indexer_new(&raw, quarantine_.folder().c_str(), 0, nullptr, &options),
                    "store the pack"));
      indexer_.reset(raw);
    }
    TRY(check_indexer(
        git_indexer_append(indexer_.get(), pending_.data(), pending_.size(), &progress_)));
    pending_.clear();
    return {};
  }

  Result<void> finish_index(const CheckTick& tick) {
    if (!name_.empty()) {
      return {};
    }
    tick_ = &tick;
    const int status = git_indexer_commit(indexer_.get(), &progress_);
    const auto committed = check_indexer(status);
    tick_ = nullptr;
    if (tick_error_) {
      return *tick_error_;
    }
    TRY(committed);
    name_ = git_indexer_name(indexer_.get());
    indexer_.reset();
    return {};
  }

  Repository& repository_;
  PackParser parser_;
  Quarantine quarantine_;
  std::vector<std::byte> pending_;
  IndexerHandle indexer_;
  git_indexer_progress progress_{};
  const CheckTick* tick_ = nullptr;
  unsigned ticks_ = 0;
  std::optional<Error> tick_error_;
  std::string name_;
};

}  // namespace

Result<std::unique_ptr<PackReceiver>> PackReceiver::begin(Repository& repository,
                                                          const PackLimits& limits) {
  const auto objects = repository.folder() / "objects";
  const long long left = TRY(free_bytes(objects));
  if (left < static_cast<long long>(limits.reserve_bytes)) {
    return Error{ErrorCode::NoSpace,
                 fmt::format("the server's disk is nearly full ({} left)", format_bytes(left)),
                 "make room on the server, then push again", ""};
  }
  auto quarantine = TRY(Quarantine::make(objects));
  return std::unique_ptr<PackReceiver>(
      std::make_unique<QuarantinedPack>(repository, limits, std::move(quarantine)));
}

}  // namespace minpaas::git
