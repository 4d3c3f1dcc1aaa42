#include "core/git/pack_check.h"

#include <fmt/format.h>
#include <git2/sys/odb_backend.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>

#include "core/git/git_error.h"
#include "core/git/object_check.h"

namespace minpaas::git {
namespace {

constexpr std::size_t kObjectsPerTick = 64;

struct KnownObject {
  Oid id;
  ObjectKind kind = ObjectKind::Blob;
};

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

bool is_before(const Oid& a, const Oid& b) {
  return std::memcmp(a.raw().data(), b.raw().data(), Oid::kRawBytes) < 0;
}

Error missing(const Oid& id) {
  return {ErrorCode::NotFound, "missing necessary objects", "",
          fmt::format("{} is missing", id.hex())};
}

Error wrong_kind(const Oid& id) {
  return {ErrorCode::InvalidInput,
          fmt::format("bad object {}: it refers to an object of another kind", id.short_hex()), "",
          ""};
}

/// The objects of a pack by their ids. As in the index of a pack, the first bytes of an id lead to
/// the few that begin with them, and those are searched: never slow, whatever ids a pusher has
/// found.
class KnownObjects {
 public:
  explicit KnownObjects(std::vector<KnownObject> objects) : objects_(std::move(objects)) {
    std::sort(objects_.begin(), objects_.end(),
              [](const KnownObject& a, const KnownObject& b) { return is_before(a.id, b.id); });
    if (objects_.size() < kWorthAFan) {
      return;
    }
    fan_.assign(kPrefixes + 1, 0);
    for (const auto& object : objects_) {
      ++fan_[prefix(object.id) + 1];
    }
    std::partial_sum(fan_.begin(), fan_.end(), fan_.begin());
  }

  [[nodiscard]] std::optional<ObjectKind> find(const Oid& id) const {
    auto begin = objects_.begin();
    auto end = objects_.end();
    if (!fan_.empty()) {
      begin = objects_.begin() + fan_[prefix(id)];
      end = objects_.begin() + fan_[prefix(id) + 1];
    }
    const auto at = std::lower_bound(
        begin, end, id, [](const KnownObject& a, const Oid& b) { return is_before(a.id, b); });
    if (at == end || at->id != id) {
      return std::nullopt;
    }
    return at->kind;
  }

 private:
  static constexpr std::size_t kPrefixes = 1U << 16;
  static constexpr std::size_t kWorthAFan = 1000;

  static std::size_t prefix(const Oid& id) {
    return static_cast<std::size_t>(id.raw()[0]) << 8 | id.raw()[1];
  }

  std::vector<KnownObject> objects_;
  /// Where the ids of each prefix begin; empty for few objects.
  std::vector<std::uint32_t> fan_;
};

/// The objects of one pack beside those of the repository.
class PackCheck {
 public:
  PackCheck(OdbHandle pack, OdbHandle main, const CheckTick& tick)
      : pack_(std::move(pack)), main_(std::move(main)), tick_(tick) {}

  Result<void> run(const std::vector<Oid>& tips) {
    // In the order of the pack, in which bases of deltas are close to each other.
    const auto objects = TRY(list_objects());
    known_ = KnownObjects(objects);
    for (const auto& object : objects) {
      TRY(count());
      if (object.kind != ObjectKind::Blob) {
        TRY(check_links(object));
      }
    }
    for (const auto& tip : tips) {
      if (!known_.find(tip) && !in_main(tip)) {
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

  Result<void> count() {
    if (++counted_ % kObjectsPerTick == 0) {
      TRY(tick_());
    }
    return {};
  }

  Result<std::vector<KnownObject>> list_objects() {
    std::vector<git_oid> ids;
    TRY(check_git(git_odb_foreach(pack_.get(), on_object, &ids), "list the objects of the pack"));
    std::vector<KnownObject> objects;
    objects.reserve(ids.size());
    for (const auto& id : ids) {
      std::size_t size = 0;
      git_object_t type = GIT_OBJECT_INVALID;
      TRY(check_git(git_odb_read_header(&size, &type, pack_.get(), &id),
                    "read an object of the pack"));
      const auto kind = TRY(to_kind(type));
      objects.push_back({from_git(id), kind});
      TRY(count());
    }
    return objects;
  }

  Result<void> check_links(const KnownObject& object) {
    const git_oid raw = to_git(object.id);
    git_odb_object* found = nullptr;
    TRY(check_git(git_odb_read(&found, pack_.get(), &raw), "read an object of the pack"));
    const OdbObjectHandle content(found);
    const std::string_view bytes(static_cast<const char*>(git_odb_object_data(content.get())),
                                 git_odb_object_size(content.get()));
    links_.clear();
    TRY(check_object(object.id, object.kind, bytes, links_));
    for (const auto& link : links_) {
      if (const auto kind = known_.find(link.target)) {
        if (*kind != link.kind) {
          return wrong_kind(object.id);
        }
      } else {
        TRY(check_in_main(object, link));
      }
    }
    return {};
  }

  /// What a commit or tag refers to decides whether it can be read at all, so its kind is checked
  /// here too. For the many entries of trees that would cost more than a wrong one could do.
  Result<void> check_in_main(const KnownObject& object, const ObjectLink& link) {
    if (object.kind == ObjectKind::Tree) {
      return in_main(link.target) ? Result<void>() : missing(link.target);
    }
    const git_oid raw = to_git(link.target);
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&size, &type, main_.get(), &raw) != 0) {
      return missing(link.target);
    }
    return TRY(to_kind(type)) == link.kind ? Result<void>() : wrong_kind(object.id);
  }

  /// Looks for new packs when it is not found: the first object that is really missing ends the
  /// check, so that happens once.
  bool in_main(const Oid& id) {
    const git_oid raw = to_git(id);
    return git_odb_exists(main_.get(), &raw) == 1;
  }

  OdbHandle pack_;
  OdbHandle main_;
  const CheckTick& tick_;
  KnownObjects known_{{}};
  std::vector<ObjectLink> links_;
  std::size_t counted_ = 0;
};

}  // namespace

Result<void> check_pack(Repository& repository, const std::filesystem::path& index,
                        const std::vector<Oid>& tips, const CheckTick& tick) {
  git_odb* raw = nullptr;
  TRY(check_git(git_odb_new(&raw), "open the pack"));
  OdbHandle pack(raw);
  git_odb_backend* backend = nullptr;
  TRY(check_git(git_odb_backend_one_pack(&backend, index.c_str()), "open the pack"));
  TRY(check_git(git_odb_add_backend(pack.get(), backend, 1), "open the pack"));
  TRY(check_git(git_repository_odb(&raw, repository.raw()), "open the object database"));
  return PackCheck(std::move(pack), OdbHandle(raw), tick).run(tips);
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
