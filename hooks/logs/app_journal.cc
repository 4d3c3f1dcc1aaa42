#include "hooks/logs/app_journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <limits>

#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas::hooks {
namespace {

using docker::LogLine;

constexpr std::string_view kOld = ".old";

std::string written(const LogLine& line) {
  return fmt::format("{} {}\n", format_rfc3339(line.at),
                     cut_text(escape_controls(line.text), AppJournal::kMostLineBytes));
}

std::optional<LogLine> parsed(std::string_view line) {
  const auto space = line.find(' ');
  const auto at = parse_rfc3339(line.substr(0, space));
  if (!at || space == std::string_view::npos) {
    return std::nullopt;
  }
  return LogLine{*at, docker::LogStream::Out, std::string(line.substr(space + 1))};
}

/// The last `most` lines, but none from before `since`.
std::deque<LogLine> lines_in(std::string_view text, SystemTime since, std::size_t most) {
  std::deque<LogLine> lines;
  for (const std::string_view words : split(text, '\n')) {
    auto line = parsed(words);
    if (!line || line->at < since) {
      continue;
    }
    lines.push_back(*std::move(line));
    if (lines.size() > most) {
      lines.pop_front();
    }
  }
  return lines;
}

/// What a file has behind `offset`, which moves to its end; all, when it is shorter, so another
/// one. An absent file is an empty one.
Result<std::string> text_behind(std::size_t& offset, const std::filesystem::path& path) {
  const Fd opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened && errno == ENOENT) {
    offset = 0;
    return std::string();
  }

  struct stat state {};

  if (!opened || ::fstat(opened.get(), &state) != 0) {
    return file_error(path, "open", errno);
  }
  const auto size = static_cast<std::size_t>(state.st_size);
  const std::size_t begin = offset <= size ? offset : 0;
  std::string text(size - begin, '\0');
  const ssize_t got = ::pread(opened.get(), text.data(), text.size(), static_cast<off_t>(begin));
  if (got != static_cast<ssize_t>(text.size())) {
    return file_error(path, "read", got < 0 ? errno : EIO);
  }
  offset = size;
  return text;
}

/// `blog` of `blog.router` and `blog.router.old`; a label may have a dot.
std::string label_of(std::string_view file) {
  if (file.ends_with(kOld)) {
    file.remove_suffix(kOld.size());
  }
  return std::string(file.substr(0, file.rfind('.')));
}

/// What a crash has left of a line ends here.
bool ends_in_a_line(int file, off_t size) {
  char last = '\n';
  return size == 0 || (::pread(file, &last, 1, size - 1) == 1 && last == '\n');
}

}  // namespace

std::string_view to_string(JournalTopic topic) {
  return topic == JournalTopic::Router ? "router" : "minpaas";
}

AppJournal::AppJournal(std::filesystem::path folder) : folder_(std::move(folder)) {
  if (const auto made = make_folder(folder_, 0700); !made) {
    log::warn("{}", made.error().for_log());
  }
}

std::filesystem::path AppJournal::file(const Key& key) const {
  return folder_ / fmt::format("{}.{}", key.first, to_string(key.second));
}

std::filesystem::path AppJournal::old_file(const Key& key) const {
  return folder_ / fmt::format("{}.{}{}", key.first, to_string(key.second), kOld);
}

void AppJournal::add(const std::string& label, JournalTopic topic,
                     const std::vector<LogLine>& lines) {
  const Key key{label, topic};
  std::string text;
  for (const LogLine& line : lines) {
    text += written(line);
  }
  {
    std::scoped_lock lock(files_);
    const auto appended = append(key, text);
    if (!appended && !failing_) {
      log::warn("the journal of {} cannot be kept: {}", label, appended.error().for_log());
    }
    failing_ = !appended;
  }
  added_.update([&](auto& added) { ++added[key]; });
}

Result<void> AppJournal::append(const Key& key, const std::string& text) {
  const auto path = file(key);
  const Fd opened(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));

  struct stat state {};

  if (!opened || ::fstat(opened.get(), &state) != 0) {
    return file_error(path, "open", errno);
  }
  const std::string whole = (ends_in_a_line(opened.get(), state.st_size) ? "" : "\n") + text;
  const ssize_t put = ::write(opened.get(), whole.data(), whole.size());
  if (put != static_cast<ssize_t>(whole.size())) {
    return file_error(path, "write", put < 0 ? errno : ENOSPC);
  }
  if (static_cast<std::size_t>(state.st_size) + whole.size() >= kMostFileBytes) {
    if (::rename(path.c_str(), old_file(key).c_str()) != 0) {
      return file_error(path, "rename", errno);
    }
    ++turns_[key];
  }
  return {};
}

bool AppJournal::has(const std::string& label, JournalTopic topic) const {
  const Key key{label, topic};
  std::error_code ignored;
  std::scoped_lock lock(files_);
  return std::filesystem::exists(file(key), ignored) ||
         std::filesystem::exists(old_file(key), ignored);
}

/// What was added since `place`, or all; moves it on.
Result<std::string> AppJournal::read_on(const Key& key, std::optional<Place>& place) {
  std::scoped_lock lock(files_);
  Place next{turns_[key], 0};
  std::string text;
  if (place && place->file == next.file) {
    next.offset = place->offset;
  } else {
    std::size_t offset = place && place->file + 1 == next.file ? place->offset : 0;
    text = TRY(text_behind(offset, old_file(key)));
  }
  text += TRY(text_behind(next.offset, file(key)));
  place = next;
  return text;
}

Result<void> AppJournal::read(const std::string& label, JournalTopic topic,
                              const docker::LogOptions& options, const docker::LogSink& sink,
                              const std::stop_token& stop) {
  const Key key{label, topic};
  const SystemTime since = options.since.value_or(SystemTime::min());
  auto most = static_cast<std::size_t>(options.tail.value_or(std::numeric_limits<int>::max()));
  std::optional<Place> place;
  while (!stop.stop_requested()) {
    const auto known = added_.with([&](auto& added) { return added[key]; });
    const std::string text = TRY(read_on(key, place));
    for (const LogLine& line : lines_in(text, since, most)) {
      if (!sink(line)) {
        return {};
      }
    }
    if (!options.follow) {
      return {};
    }
    most = std::numeric_limits<int>::max();
    added_.wait_until(
        SteadyTime::max(), stop, [&](auto& added) { return added[key] != known; }, [](auto&) {});
  }
  return Error{ErrorCode::Cancelled, "cancelled", "", ""};
}

void AppJournal::keep_only(const std::set<std::string>& labels) {
  std::scoped_lock lock(files_);
  std::error_code error;
  std::vector<std::filesystem::path> others;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    if (!labels.contains(label_of(entry.path().filename().string()))) {
      others.push_back(entry.path());
    }
  }
  for (const auto& other : others) {
    std::error_code failed;
    std::filesystem::remove(other, failed);
    error = failed ? failed : error;
  }
  if (error) {
    log::warn("the journals of apps that are gone cannot be removed: {}", error.message());
  }
}

}  // namespace minpaas::hooks
