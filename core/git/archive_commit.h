#pragma once

#include <optional>
#include <string>

#include "core/app/oid.h"
#include "core/archive/tar_reader.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/git/pack_receiver.h"
#include "core/git/repository.h"

namespace minpaas::git {

/// What the commit of an archive says besides its files.
struct NewCommit {
  /// Author and committer.
  std::string author;
  SystemTime at;
  std::string message;
  std::optional<Oid> parent;
};

struct ArchiveCommit {
  Oid id;
  int files = 0;
  long long bytes = 0;
  /// The one folder that all was in, which the commit does not have.
  std::string stripped;
  /// Entries of a `.git` folder or file, which are left out.
  int left_out = 0;
};

/// Makes a commit of a tar archive (core/archive/tar_reader.h). Its objects come into the
/// repository as those of a push do: through a pack, a quarantine and every check of a push.
/// Empty folders are left out, as git does. A folder that all the rest is in (`myapp/`) is taken
/// off, unless the archive is that of a folder itself (`./`). Takes the PushLock. Errors: those of
/// read_tar, PackReceiver and PushLock; InvalidInput (a link that leads out of the archive, a file
/// and a folder of one name, nothing in it); those of `tick`.
Result<ArchiveCommit> commit_archive(Repository& repository, const archive::Take& take,
                                     const archive::ReadLimits& limits,
                                     const PackLimits& pack_limits, const NewCommit& commit,
                                     const CheckTick& tick);

}  // namespace minpaas::git
