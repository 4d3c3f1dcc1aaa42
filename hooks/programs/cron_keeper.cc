#include "hooks/programs/cron_keeper.h"

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

using std::chrono::minutes;

/// Nothing to read.
class NoInput : public ByteReader {
 public:
  using ByteReader::read;

  Result<std::size_t> read(std::span<std::byte> /*into*/, SteadyTime /*deadline*/) override {
    return std::size_t{0};
  }
};

/// Nobody looks on: the end of the output is kept by who runs it.
class NoOutput : public ByteWriter {
 public:
  using ByteWriter::write;

  Result<void> write(std::span<const std::byte> /*bytes*/) override { return {}; }
};

}  // namespace

void CronKeeper::start() {
  runner_.note_cut();
  threads_.emplace_back([this](const std::stop_token& stop) { watch(stop); });
  for (int slot = 0; slot < parts_.settings.cron.slots; ++slot) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

/// A minute is looked at once: as it begins, or late when the machine was slow or asleep.
void CronKeeper::watch(const std::stop_token& stop) {
  auto seen = std::chrono::floor<minutes>(parts_.clock.now());
  Guarded<int> nothing;
  while (!stop.stop_requested()) {
    const auto now = parts_.clock.now();
    const auto minute = std::chrono::floor<minutes>(now);
    if (minute > seen) {
      seen = minute;
      look(now);
      continue;
    }
    // Also when the clock was set back: then that minute comes again, and nothing runs twice.
    const auto pause = std::min<std::chrono::microseconds>(seen + minutes(1) - now, minutes(1));
    nothing.wait_until(
        std::chrono::steady_clock::now() + pause, stop, [](int) { return false; }, [](int) {});
  }
}

void CronKeeper::look(SystemTime now) {
  const auto apps = parts_.apps.list();
  if (!apps) {
    log::error("cron: {}", apps.error().for_log());
    return;
  }
  for (const state::AppRow& app : *apps) {
    const auto looked = app.stopped ? Result<void>() : look_at(app, now);
    if (!looked) {
      log::error("cron of {}: {}", app.name.str(), looked.error().for_log());
    }
  }
}

Result<void> CronKeeper::look_at(const state::AppRow& app, SystemTime now) {
  const auto live = TRY(parts_.releases.live(app.name));
  if (!live) {
    return {};
  }
  for (const NamedCronEntry& named : name_entries(live->manifest.cron)) {
    if (!runs_in_minute(named.entry.schedule, now)) {
      continue;
    }
    auto claim = runner_.claim(app, named.id);
    if (!claim) {
      runner_.note_skipped(*live, named);
      continue;
    }
    due_.update([&](std::deque<Due>& due) { due.push_back({*live, named, std::move(claim)}); });
  }
  return {};
}

/// The app may have another name by now, or be gone.
Result<void> CronKeeper::run(Due& due, const std::stop_token& stop) {
  const auto app = TRY(parts_.apps.find_label(due.claim->app_label()));
  if (!app) {
    return {};
  }
  due.live.app = app->name;
  NoInput in;
  NoOutput out;
  ExecStreams nobody{in, out, out, stop};
  TRY(runner_.run(due.live, due.entry, "", nobody));
  return {};
}

void CronKeeper::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto next = due_.wait_until(
        std::chrono::steady_clock::now() + minutes(1), stop,
        [](const std::deque<Due>& due) { return !due.empty(); },
        [&](std::deque<Due>& due) -> std::unique_ptr<Due> {
          if (due.empty() || stop.stop_requested()) {
            return nullptr;
          }
          auto first = std::make_unique<Due>(std::move(due.front()));
          due.pop_front();
          return first;
        });
    if (!next) {
      continue;
    }
    if (const auto ran = run(*next, stop); !ran) {
      log::warn("cron {} of {}: {}", next->entry.id, next->live.app.str(), ran.error().for_log());
    }
  }
}

}  // namespace minpaas::hooks
