#include "http/peer_watch.h"

#include <poll.h>

#include <algorithm>
#include <vector>

namespace minpaas::http {
namespace {

constexpr int kForever = -1;
constexpr int kTickMs = 1000;

}  // namespace

PeerWatch::PeerWatch(WakeUp wake)
    : wake_(std::move(wake)), thread_([this](const std::stop_token& stop) { watch(stop); }) {}

PeerWatch::~PeerWatch() {
  thread_.request_stop();
  wake_.signal();
}

PeerWatch::Watched::Watched(PeerWatch& watch, int fd, std::function<void()> tick)
    : watch_(watch), fd_(fd), tick_(std::move(tick)) {
  const bool ended = watch_.state_.with([this](State& state) {
    state.all.push_back(this);
    return state.ended;
  });
  if (ended) {
    gone_.request_stop();
  }
  watch_.wake_.signal();
}

PeerWatch::Watched::~Watched() {
  watch_.state_.with([this](State& state) { state.all.remove(this); });
}

void PeerWatch::end_all() {
  ending_.request_stop();
  const auto sources = state_.with([](State& state) {
    state.ended = true;
    std::vector<std::stop_source> all;
    for (const Watched* watched : state.all) {
      all.push_back(watched->gone_);
    }
    return all;
  });
  for (std::stop_source source : sources) {
    source.request_stop();
  }
}

void PeerWatch::watch(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::vector<pollfd> entries{{wake_.fd(), POLLIN, 0}};
    std::vector<std::stop_source> sources;
    state_.with([&](State& state) {
      for (const Watched* watched : state.all) {
        if (!watched->gone_.stop_requested()) {
          watched->tick_();
          entries.push_back({watched->fd_, POLLRDHUP, 0});
          sources.push_back(watched->gone_);
        }
      }
    });
    if (::poll(entries.data(), entries.size(), sources.empty() ? kForever : kTickMs) < 0) {
      continue;
    }
    wake_.clear();
    for (std::size_t i = 0; i < sources.size(); ++i) {
      // A descriptor that was closed and given out anew meanwhile is watched again from the next
      // round on, with its own source.
      if (entries[i + 1].revents != 0) {
        sources[i].request_stop();
      }
    }
  }
}

}  // namespace minpaas::http
