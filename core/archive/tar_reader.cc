#include "core/archive/tar_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <locale.h>

#include <array>
#include <optional>

#include "core/base/handle.h"
#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas::archive {
namespace {

using ReaderHandle = Handle<struct archive, archive_read_free>;

constexpr std::size_t kPieceBytes = 64 * 1024;
/// Less than this is no bomb, however well it is packed.
constexpr long long kRatioFromBytes = 64LL << 20;
constexpr std::size_t kMostShown = 255;

/// Names of pax archives are UTF-8; libarchive gives them in the locale of the thread, and cannot
/// in "C".
class Utf8Names {
 public:
  Utf8Names()
      : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(::uselocale(locale_)) {}

  ~Utf8Names() {
    ::uselocale(before_);
    if (locale_ != nullptr) {
      ::freelocale(locale_);
    }
  }

  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_;
  locale_t before_;
};

Error bad(std::string message, std::string hint = "", std::string cause = "") {
  return {ErrorCode::InvalidInput, std::move(message), std::move(hint), std::move(cause)};
}

std::string shown(std::string_view path) {
  return shown_if_short(path, kMostShown);
}

class Reading {
 public:
  Reading(const Take& take, const ReadLimits& limits, TarSink& sink)
      : take_(take), limits_(limits), sink_(sink), archive_(archive_read_new()) {}

  Result<void> run() {
    archive_read_support_filter_gzip(archive_.get());
    archive_read_support_format_tar(archive_.get());
    const Utf8Names names;
    if (archive_read_open(archive_.get(), this, nullptr, on_read, nullptr) != ARCHIVE_OK) {
      return damage();
    }
    for (;;) {
      archive_entry* entry = nullptr;
      const int status = archive_read_next_header(archive_.get(), &entry);
      if (status == ARCHIVE_EOF) {
        break;
      }
      // A header with a wrong sum is ARCHIVE_RETRY, which is to go on behind it.
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        return damage();
      }
      TRY(take_entry(entry));
    }
    return entries_ == 0 ? Result<void>(nothing_in_it()) : Result<void>();
  }

 private:
  static la_ssize_t on_read(struct archive* /*archive*/, void* context,
                            const void** bytes) noexcept {
    auto& self = *static_cast<Reading*>(context);
    const auto piece = self.take_();
    if (!piece) {
      self.failed_ = piece.error();
      return ARCHIVE_FATAL;
    }
    *bytes = piece->data();
    self.received_ += static_cast<long long>(piece->size());
    return static_cast<la_ssize_t>(piece->size());
  }

  [[nodiscard]] Error nothing_in_it() const {
    return received_ == 0 ? bad("there is no archive on standard input",
                                "send one: tar czf - . | ssh minpaas deploy --app APP --archive -")
                          : bad("the archive is empty");
  }

  [[nodiscard]] Error damage() const {
    if (failed_) {
      return *failed_;
    }
    if (received_ == 0) {
      return nothing_in_it();
    }
    const char* why = archive_error_string(archive_.get());
    const std::string cause = why == nullptr ? "" : why;
    const bool is_cut = cause.find("runcated") != std::string::npos;
    return entries_ == 0 && !is_cut
               ? bad("this is no tar archive, plain or compressed with gzip",
                     "make one with: tar czf - .", cause)
               : bad("the archive is damaged, or ends too early", "send it again", cause);
  }

  Result<void> take_entry(archive_entry* entry) {
    if (++entries_ > limits_.entries) {
      return bad(fmt::format("the archive has more than {} entries", limits_.entries),
                 "leave out what a build makes again (node_modules, .venv), or let the "
                 "administrator raise [sources] archive_entries");
    }
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr) {
      return bad("the archive has a name that cannot be read");
    }
    const std::string path = TRY(plain_path(name));
    if (const char* earlier = archive_entry_hardlink(entry); earlier != nullptr) {
      return sink_.add_hard_link(path, TRY(plain_path(earlier)));
    }
    switch (archive_entry_filetype(entry)) {
      case AE_IFREG:
        return take_file(path, entry);
      case AE_IFDIR:
        return sink_.add_folder(path);
      case AE_IFLNK:
        return take_symlink(path, entry);
      default:
        return bad(
            fmt::format("the archive has '{}', which is no file, folder or link", shown(path)),
            "leave out devices, sockets and pipes");
    }
  }

  Result<void> take_symlink(const std::string& path, archive_entry* entry) {
    const char* target = archive_entry_symlink(entry);
    if (target == nullptr || path.empty()) {
      return bad(fmt::format("the link '{}' of the archive leads nowhere", shown(path)));
    }
    return sink_.add_symlink(path, target);
  }

  Result<void> take_file(const std::string& path, archive_entry* entry) {
    if (path.empty()) {
      return bad("the archive has a file without a name");
    }
    const long long size = archive_entry_size(entry);
    if (size > limits_.file_bytes) {
      return bad(fmt::format("'{}' has {}, a file of an archive at most {}", shown(path),
                             format_bytes(size), format_bytes(limits_.file_bytes)),
                 "leave it out, or let the administrator raise [sources] archive_file_bytes");
    }
    if (size > limits_.total_bytes - unpacked_) {
      return bad(fmt::format("the archive has more than {} when it is unpacked",
                             format_bytes(limits_.total_bytes)),
                 "leave out what a build makes again (node_modules, .venv), or let the "
                 "administrator raise [sources] archive_bytes");
    }
    const bool runs = (archive_entry_perm(entry) & 0111U) != 0;
    TRY(sink_.begin_file(path, runs ? FileMode::Executable : FileMode::Plain, size));
    TRY(take_content(size));
    return sink_.end_file();
  }

  Result<void> take_content(long long size) {
    std::array<char, kPieceBytes> piece{};
    long long got = 0;
    for (;;) {
      const la_ssize_t count = archive_read_data(archive_.get(), piece.data(), piece.size());
      if (count < 0) {
        return damage();
      }
      if (count == 0) {
        return got == size ? Result<void>() : damage();
      }
      got += count;
      unpacked_ += count;
      if (unpacked_ > kRatioFromBytes && unpacked_ / limits_.ratio > received_) {
        return bad(fmt::format("the archive unpacks to more than {} times its size: it is taken "
                               "for a bomb",
                               limits_.ratio),
                   "send it without compression, or let the administrator raise [sources] "
                   "archive_ratio");
      }
      TRY(sink_.content(std::span<const char>(piece.data(), static_cast<std::size_t>(count))));
    }
  }

  const Take& take_;
  const ReadLimits& limits_;
  TarSink& sink_;
  ReaderHandle archive_;
  std::optional<Error> failed_;
  long long received_ = 0;
  long long unpacked_ = 0;
  int entries_ = 0;
};

}  // namespace

Result<void> read_tar(const Take& take, const ReadLimits& limits, TarSink& sink) {
  return Reading(take, limits, sink).run();
}

}  // namespace minpaas::archive
