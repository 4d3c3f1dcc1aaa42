#include "core/git/pack_receiver.h"

#include <fmt/format.h>
#include <git2/sys/odb_backend.h>

#include <cstring>
#include <unordered_map>

#include "core/base/file.h"
#include "core/git/git_error.h"
#include "core/git/object_check.h"
#include "core/git/pack_parser.h"

namespace minpaas::git {
namespace {

using IndexerHandle = Handle<git_indexer, git_indexer_free>;

/// libgit2 1.5 maps the pack anew for every piece, so pieces are gathered up to this size.
constexpr std::size_t kPieceBytes = 256 * 1024;

struct OidHash {
  std::size_t operator()(const Oid& id) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, id.raw().data(), sizeof hash);
    return hash;
  }
};

using ObjectKinds = std::unordered_map<Oid, ObjectKind, OidHash>;

Result<ObjectKind> to_kind(git_object_t type) {
  switch (type) {
    case GIT_OBJECT_COMMIT:
      return ObjectKind::Commit;
    case GIT_OBJECT_TREE:
      return ObjectKind::Tree;
    case GIT_OBJECT_BLOB:
      return ObjectKind::Blob;
    case GIT_OBJECT_TAG:
      return ObjectKind::Tag;
    default:
      return Error{ErrorCode::InvalidInput, "bad pack: an object has no known type", "", ""};
  }
}

Error missing(const Oid& id) {
  return {ErrorCode::NotFound, "missing necessary objects", "",
          fmt::format("{} is missing", id.hex())};
}

/// The objects of one pack beside those of the repository.
class PackCheck {
 public:
  PackCheck(OdbHandle pack, OdbHandle main) : pack_(std::move(pack)), main_(std::move(main)) {}

  Result<void> run(const std::vector<Oid>& tips) {
    TRY(list_objects());
    for (const auto& [id, kind] : kinds_) {
      if (kind != ObjectKind::Blob) {
        TRY(check_links(id, kind));
      }
    }
    for (const auto& tip : tips) {
      if (!kinds_.contains(tip) && !in_main(tip)) {
        return missing(tip);
      }
    }
    return {};
  }

 private:
  static int on_object(const git_oid* id, void* context) noexcept {
    static_cast<std::vector<git_oid>*>(context)->push_back(*id);
    return 0;
  }

  Result<void> list_objects() {
    std::vector<git_oid> ids;
    TRY(check_git(git_odb_foreach(pack_.get(), on_object, &ids), "list the objects of the pack"));
    kinds_.reserve(ids.size());
    for (const auto& id : ids) {
      std::size_t size = 0;
      git_object_t type = GIT_OBJECT_INVALID;
      TRY(check_git(git_odb_read_header(&size, &type, pack_.get(), &id),
                    "read an object of the pack"));
      kinds_.emplace(from_git(id), TRY(to_kind(type)));
    }
    return {};
  }

  Result<void> check_links(const Oid& id, ObjectKind kind) {
    const git_oid raw = to_git(id);
    git_odb_object* found = nullptr;
    TRY(check_git(git_odb_read(&found, pack_.get(), &raw), "read an object of the pack"));
    const OdbObjectHandle object(found);
    const std::string_view content(static_cast<const char*>(git_odb_object_data(object.get())),
                                   git_odb_object_size(object.get()));
    for (const auto& link : TRY(check_object(id, kind, content))) {
      const auto known = kinds_.find(link.target);
      if (known == kinds_.end()) {
        if (!in_main(link.target)) {
          return missing(link.target);
        }
      } else if (!link.any_kind && known->second != link.kind) {
        return Error{
            ErrorCode::InvalidInput,
            fmt::format("bad object {}: it refers to an object of another kind", id.short_hex()),
            "", ""};
      }
    }
    return {};
  }

  bool in_main(const Oid& id) {
    const git_oid raw = to_git(id);
    return git_odb_exists_ext(main_.get(), &raw, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
  }

  OdbHandle pack_;
  OdbHandle main_;
  ObjectKinds kinds_;
};

class Quarantine {
 public:
  static Result<Quarantine> make(const std::filesystem::path& objects) {
    std::string folder = (objects / "tmp_objdir-incoming-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
      return file_error(folder, "create", errno);
    }
    return Quarantine(folder);
  }

  Quarantine(Quarantine&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}

  Quarantine& operator=(Quarantine&&) = delete;

  ~Quarantine() {
    if (!folder_.empty()) {
      std::error_code ignored;
      std::filesystem::remove_all(folder_, ignored);
    }
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  explicit Quarantine(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
};

class QuarantinedPack : public PackReceiver {
 public:
  QuarantinedPack(Repository& repository, const PackLimits& limits, Quarantine quarantine)
      : repository_(repository), parser_(limits), quarantine_(std::move(quarantine)) {}

  Result<std::size_t> append(std::span<const std::byte> bytes) override {
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

  Result<void> check(const std::vector<Oid>& tips) override {
    if (!complete()) {
      return Error{ErrorCode::Internal, "the pack is not complete", "", ""};
    }
    if (parser_.objects_total() == 0) {
      return check_connected(repository_, tips);
    }
    TRY(finish_index());
    git_odb* raw = nullptr;
    TRY(check_git(git_odb_new(&raw), "open the pack"));
    OdbHandle pack(raw);
    git_odb_backend* backend = nullptr;
    TRY(check_git(git_odb_backend_one_pack(&backend, file(".idx").c_str()), "open the pack"));
    TRY(check_git(git_odb_add_backend(pack.get(), backend, 1), "open the pack"));
    TRY(check_git(git_repository_odb(&raw, repository_.raw()), "open the object database"));
    return PackCheck(std::move(pack), OdbHandle(raw)).run(tips);
  }

  Result<void> keep() override {
    if (parser_.objects_total() == 0) {
      return {};
    }
    const auto target = repository_.folder() / "objects" / "pack";
    // The index goes last: readers find a pack by its index.
    for (const char* suffix : {".pack", ".idx"}) {
      const auto from = file(suffix);
      if (::rename(from.c_str(), (target / from.filename()).c_str()) != 0) {
        return file_error(from, "store", errno);
      }
    }
    TRY(sync_folder(target));
    git_odb* raw = nullptr;
    TRY(check_git(git_repository_odb(&raw, repository_.raw()), "open the object database"));
    return check_git(git_odb_refresh(OdbHandle(raw).get()), "read the new pack");
  }

 private:
  [[nodiscard]] std::filesystem::path file(const char* suffix) const {
    return quarantine_.folder() / ("pack-" + name_ + suffix);
  }

  Result<void> index_pending() {
    if (!indexer_) {
      git_indexer* raw = nullptr;
      TRY(check_git(git_indexer_new(&raw, quarantine_.folder().c_str(), 0, nullptr, nullptr),
                    "store the pack"));
      indexer_.reset(raw);
    }
    TRY(check_git(git_indexer_append(indexer_.get(), pending_.data(), pending_.size(), &progress_),
                  "store the pack"));
    pending_.clear();
    return {};
  }

  Result<void> finish_index() {
    if (!name_.empty()) {
      return {};
    }
    auto committed =
        check_git(git_indexer_commit(indexer_.get(), &progress_), "resolve the deltas of the pack");
    if (!committed) {
      // What is left here is the peer's fault: all writes are done but the index.
      Error error = committed.error();
      error.code = error.code == ErrorCode::NoSpace ? error.code : ErrorCode::InvalidInput;
      return error;
    }
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
  std::string name_;
};

}  // namespace

Result<std::unique_ptr<PackReceiver>> PackReceiver::begin(Repository& repository,
                                                          const PackLimits& limits) {
  const auto objects = repository.folder() / "objects";
  const long long left = TRY(free_bytes(objects));
  if (left < static_cast<long long>(limits.reserve_bytes)) {
    return Error{ErrorCode::NoSpace,
                 fmt::format("the server's disk is nearly full ({} bytes left)", left),
                 "make room on the server, then push again", ""};
  }
  git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, static_cast<std::size_t>(limits.objects));
#ifdef MINPAAS_LIBGIT2_HAS_PACK_MAX_OBJECT_SIZE
  git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, static_cast<std::size_t>(limits.object_bytes));
#endif
  auto quarantine = TRY(Quarantine::make(objects));
  return std::unique_ptr<PackReceiver>(
      std::make_unique<QuarantinedPack>(repository, limits, std::move(quarantine)));
}

Result<void> check_connected(Repository& repository, const std::vector<Oid>& tips) {
  for (const auto& tip : tips) {
    if (!repository.has_object(tip)) {
      return missing(tip);
    }
  }
  return {};
}

}  // namespace minpaas::git
