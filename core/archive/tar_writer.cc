#include "core/archive/tar_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <optional>

#include "core/base/handle.h"

namespace minpaas::archive {
namespace {

using ArchiveHandle = Handle<struct archive, archive_write_free>;
using EntryHandle = Handle<archive_entry, archive_entry_free>;

/// Pieces given to `put` have this size, but for the last one.
constexpr std::size_t kBlockBytes = 64 * 1024;

}  // namespace

struct TarWriter::State {
  Put put;
  SystemTime time;
  ArchiveHandle archive;
  std::optional<Error> failed;
  /// The writer is going: what libarchive still flushes is for nobody.
  bool abandoned = false;

  /// Never fails towards libarchive, which (3.6.2) then leaks its buffers: the Error is kept here,
  /// and nothing more reaches `put`.
  static la_ssize_t on_write(struct archive* /*archive*/, void* context, const void* bytes,
                             std::size_t size) noexcept {
    auto& state = *static_cast<State*>(context);
    if (!state.failed && !state.abandoned) {
      const auto put = state.put(std::span(static_cast<const char*>(bytes), size));
      if (!put) {
        state.failed = put.error();
      }
    }
    return static_cast<la_ssize_t>(size);
  }

  Result<void> outcome(int status, const std::string& path) const {
    if (failed) {
      return *failed;
    }
    if (status >= ARCHIVE_WARN) {
      return {};
    }
    const char* why = archive_error_string(archive.get());
    return Error{ErrorCode::InvalidInput,
                 fmt::format("cannot put '{}' into the build context", path), "",
                 why == nullptr ? "" : why};
  }

  Result<void> add(const std::string& path, mode_t type_and_mode, std::string_view content,
                   const char* link_target, const FolderOwner& owner = {}) {
    EntryHandle entry(archive_entry_new());
    archive_entry_set_uid(entry.get(), owner.user);
    archive_entry_set_gid(entry.get(), owner.group);
    archive_entry_set_pathname(entry.get(), path.c_str());
    archive_entry_set_mode(entry.get(), type_and_mode);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    archive_entry_set_mtime(
        entry.get(), std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(), 0);
    if (link_target != nullptr) {
      archive_entry_set_symlink(entry.get(), link_target);
    }
    TRY(outcome(archive_write_header(archive.get(), entry.get()), path));
    if (!content.empty() && archive_write_data(archive.get(), content.data(), content.size()) !=
                                static_cast<la_ssize_t>(content.size())) {
      return outcome(ARCHIVE_FATAL, path);
    }
    return outcome(ARCHIVE_OK, path);
  }
};

TarWriter::TarWriter(Put put, SystemTime time) : state_(std::make_unique<State>()) {
  state_->put = std::move(put);
  state_->time = time;
  state_->archive.reset(archive_write_new());
  // GNU and not pax: names are bytes in git, which pax can only say with a header of its own before
  // each entry. BuildKit looks at 1024 bytes to tell a tar from a Dockerfile, and with a pax header
  // in front of the first entry (20.10) it takes the tar itself for a Dockerfile.
  archive_write_set_format_gnutar(state_->archive.get());
  archive_write_add_filter_none(state_->archive.get());
  archive_write_set_bytes_per_block(state_->archive.get(), static_cast<int>(kBlockBytes));
  archive_write_set_bytes_in_last_block(state_->archive.get(), 1);
  archive_write_open(state_->archive.get(), state_.get(), nullptr, State::on_write, nullptr);
}

TarWriter::~TarWriter() {
  // Freeing flushes.
  state_->abandoned = true;
}

Result<void> TarWriter::add_file(const std::string& path, FileMode mode, std::string_view content) {
  return state_->add(path, S_IFREG | (mode == FileMode::Executable ? 0755U : 0644U), content,
                     nullptr);
}

Result<void> TarWriter::add_symlink(const std::string& path, const std::string& target) {
  return state_->add(path, S_IFLNK | 0777U, {}, target.c_str());
}

Result<void> TarWriter::add_folder(const std::string& path) {
  return state_->add(path + "/", S_IFDIR | 0755U, {}, nullptr);
}

Result<void> TarWriter::add_folder(const std::string& path, const FolderOwner& owner) {
  return state_->add(path + "/", S_IFDIR | owner.mode, {}, nullptr, owner);
}

Result<void> TarWriter::finish() {
  return state_->outcome(archive_write_close(state_->archive.get()), "end of archive");
}

}  // namespace minpaas::archive
