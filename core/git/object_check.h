#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/app/oid.h"
#include "core/base/result.h"

/// What git's fsck refuses at every big host, on the bytes of one object. Pure.
namespace minpaas::git {

enum class ObjectKind { Commit, Tree, Blob, Tag };

/// An object that another one refers to, with the kind that it must have there.
struct ObjectLink {
  Oid target;
  ObjectKind kind = ObjectKind::Blob;
};

/// Checks format and names and appends to `links` what the object refers to; submodule entries are
/// no links. Errors: InvalidInput, naming the object.
Result<void> check_object(const Oid& id, ObjectKind kind, std::string_view content,
                          std::vector<ObjectLink>& links);

/// Whether a checkout on some file system would take the name for `.git` (case, HFS+ ignorable code
/// points, NTFS short name, trailing dots and spaces, alternate streams).
bool is_dot_git_like(std::string_view name);

}  // namespace minpaas::git
