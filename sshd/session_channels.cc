// The channels of a connection: opening, starting requests, carrying bytes, forgetting.
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/log.h"
#include "sshd/session.h"

namespace minpaas::sshd {
namespace {

/// Handlers parse packs and talk to the engine.
constexpr std::size_t kRequestStack = std::size_t{2} << 20;

constexpr std::string_view kTooLong =
    "error: the command is longer than 4096 bytes\n"
    "hint: send a large value on standard input: ssh minpaas config:set APP KEY=- < FILE\n";

}  // namespace

ssh_channel Session::on_channel_open() noexcept {
  const std::size_t in_use = channels_.size() + opened_.size() + orphans_.size();
  if (!login_.is_verified() || in_use >= kMostChannels || context_.phase != ServerPhase::Running) {
    return nullptr;
  }
  auto channel = std::make_unique<Channel>(session_.get(), context_.windows);
  ssh_channel handle = channel->handle();
  if (handle != nullptr) {
    opened_.push_back(std::move(channel));
  }
  return handle;
}

std::optional<Session::End> Session::pump_channels() {
  std::move(opened_.begin(), opened_.end(), std::back_inserter(channels_));
  opened_.clear();
  for (const auto& channel : channels_) {
    if (auto request = channel->take_request()) {
      start_request(*channel, std::move(*request));
      if (!login_.is_verified()) {
        return End{"the key is no longer accepted", std::nullopt};
      }
    }
    if (channel->pump(scratch_) == Channel::Health::Hostile) {
      log::warn("ssh: {}: its largest packet is too small to serve", peer_);
      return End{"the largest packet is too small", Offence::Crash, false};
    }
  }
  forget_ended_requests();
  return std::nullopt;
}

void Session::start_request(Channel& channel, ExecRequest request) {
  auto actor = login_.confirm();
  if (!actor) {
    return;
  }
  if (actor->role == Role::Stranger && std::exchange(stranger_has_asked_, true)) {
    refuse_request(channel, 4, "error: one try a connection\n");
    return;
  }
  request.actor = std::move(*actor);
  if (request.command.size() > ChannelRequests::kMostCommandBytes) {
    refuse_request(channel, 2, kTooLong);
    return;
  }
  if (context_.requests.running() >= context_.most_requests) {
    refuse_request(channel, 5, "error: the server runs too many requests; try again later\n");
    return;
  }
  const Control control = context_.handler.is_program(request) ? Control::Program : Control::Server;
  auto bridge = std::make_shared<ExecBridge>(wake_, control);
  const auto started = context_.requests.start(
      "ssh-request", kRequestStack,
      [bridge, &handler = context_.handler, request] { bridge->run(handler, request); });
  if (!started) {
    refuse_request(channel, 5, "error: " + started.error().message + "; try again later\n");
    return;
  }
  channel.attach(std::move(bridge));
}

void Session::refuse_request(Channel& channel, int status, std::string_view message) {
  auto bridge = std::make_shared<ExecBridge>(wake_);
  bridge->fail(status, message);
  channel.attach(std::move(bridge));
}

void Session::forget_ended_requests() {
  std::erase_if(orphans_, [](const auto& bridge) { return bridge->exit_status().has_value(); });
  std::erase_if(channels_, [this](const std::unique_ptr<Channel>& channel) {
    if (!channel->is_done()) {
      return false;
    }
    closed_output_bytes_ += channel->output_bytes();
    request_ended_at_ = context_.clock.steady();
    if (channel->bridge() && !channel->bridge()->exit_status()) {
      orphans_.push_back(channel->bridge());
    }
    return true;
  });
}

}  // namespace minpaas::sshd
