#include "sshd/gcm_self_test.h"

#include <libssh/libssh.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <optional>
#include <span>
#include <utility>

#include "core/base/log.h"

namespace minpaas::sshd {
namespace {

constexpr const char* kCipher = "aes256-gcm@openssh.com";
constexpr seconds kDeadline{5};
/// More than a handshake needs to have in flight.
using Block = std::array<char, 65536>;

std::optional<std::pair<Fd, Fd>> make_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return std::nullopt;
  }
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

SshSession make_client(Fd socket) {
  SshSession client(ssh_new());
  const bool no_file = false;
  const int fd = socket.get();
  if (!client || ssh_options_set(client.get(), SSH_OPTIONS_HOST, "self-test") != SSH_OK ||
      ssh_options_set(client.get(), SSH_OPTIONS_PROCESS_CONFIG, &no_file) != SSH_OK ||
      ssh_options_set(client.get(), SSH_OPTIONS_CIPHERS_C_S, kCipher) != SSH_OK ||
      ssh_options_set(client.get(), SSH_OPTIONS_CIPHERS_S_C, kCipher) != SSH_OK ||
      ssh_options_set(client.get(), SSH_OPTIONS_FD, &fd) != SSH_OK) {
    return nullptr;
  }
  static_cast<void>(socket.release());
  ssh_set_blocking(client.get(), 0);
  return client;
}

/// A client, a server, and the wire between them, all driven by one thread.
class Bench {
 public:
  /// False when a part is missing.
  bool assemble();
  /// Exchanges keys. False when it did not succeed in time.
  bool connect();
  /// Sends one packet over the wire. True when the server answers it, false when it gives up.
  std::optional<bool> send(Tampering tampering);

 private:
  /// Carries what waits in both directions and returns the bytes from server to client.
  std::size_t carry(Tampering tampering);
  void drive_server();
  void wait() const;

  [[nodiscard]] bool in_time() const { return std::chrono::steady_clock::now() < deadline_; }

  const SteadyTime deadline_ = std::chrono::steady_clock::now() + kDeadline;
  Fd client_wire_;
  Fd server_wire_;
  std::optional<ServerBind> bind_;
  SshSession server_;
  SshSession client_;
  Handle<ssh_event_struct, ssh_event_free> event_;
};

bool Bench::assemble() {
  auto client_pair = make_pair();
  auto server_pair = make_pair();
  auto keys = HostKeys::make_temporary();
  if (!client_pair || !server_pair || !keys) {
    return false;
  }
  auto bind = ServerBind::make(*keys, GcmSupport::Offered);
  if (!bind) {
    return false;
  }
  bind_ = std::move(*bind);
  client_wire_ = std::move(client_pair->second);
  server_wire_ = std::move(server_pair->second);
  auto server = bind_->accept(std::move(server_pair->first), kDeadline);
  client_ = make_client(std::move(client_pair->first));
  event_.reset(ssh_event_new());
  if (!server || !client_ || !event_) {
    return false;
  }
  server_ = std::move(*server);
  // 1: libssh answers as it does by default, which accepts the service.
  ssh_set_message_callback(
      server_.get(), [](ssh_session, ssh_message, void*) noexcept { return 1; }, nullptr);
  // The first call makes the poll context that ssh_event_add_session needs.
  return ssh_handle_key_exchange(server_.get()) != SSH_ERROR &&
         ssh_event_add_session(event_.get(), server_.get()) == SSH_OK;
}

void Bench::wait() const {
  pollfd wires[] = {{client_wire_.get(), POLLIN, 0}, {server_wire_.get(), POLLIN, 0}};
  ::poll(wires, 2, 1);
}

std::size_t Bench::carry(Tampering tampering) {
  Block block;
  const ssize_t from_client = ::recv(client_wire_.get(), block.data(), block.size(), 0);
  if (from_client > 0) {
    const auto length = static_cast<std::size_t>(from_client);
    if (tampering == Tampering::FlipsTagBit) {
      block[length - 1] = static_cast<char>(block[length - 1] ^ 1);
    }
    static_cast<void>(!::send(server_wire_.get(), block.data(), length, MSG_NOSIGNAL));
  }
  const ssize_t from_server = ::recv(server_wire_.get(), block.data(), block.size(), 0);
  if (from_server <= 0) {
    return 0;
  }
  const auto length = static_cast<std::size_t>(from_server);
  static_cast<void>(!::send(client_wire_.get(), block.data(), length, MSG_NOSIGNAL));
  return length;
}

void Bench::drive_server() {
  ssh_event_dopoll(event_.get(), 0);
}

bool Bench::connect() {
  int client = SSH_AGAIN;
  int server = SSH_AGAIN;
  while ((client == SSH_AGAIN || server == SSH_AGAIN) && in_time()) {
    if (client == SSH_AGAIN) {
      client = ssh_connect(client_.get());
    }
    carry(Tampering::None);
    drive_server();
    if (server == SSH_AGAIN) {
      server = ssh_handle_key_exchange(server_.get());
    }
    if (carry(Tampering::None) == 0) {
      wait();
    }
  }
  return client == SSH_OK && server == SSH_OK;
}

std::optional<bool> Bench::send(Tampering tampering) {
  while (carry(Tampering::None) > 0) {
    drive_server();
  }
  ssh_service_request(client_.get(), "ssh-userauth");
  while (in_time()) {
    if (carry(tampering) > 0) {
      return true;
    }
    drive_server();
    const int status = ssh_get_status(server_.get());
    if ((status & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0 || ssh_is_connected(server_.get()) == 0) {
      return false;
    }
    wait();
  }
  return std::nullopt;
}

}  // namespace

std::optional<bool> gcm_packet_is_taken(Tampering tampering) {
  Bench bench;
  if (!bench.assemble() || !bench.connect()) {
    return std::nullopt;
  }
  return bench.send(tampering);
}

GcmSupport test_gcm() {
  if (gcm_packet_is_taken(Tampering::None) == true &&
      gcm_packet_is_taken(Tampering::FlipsTagBit) == false) {
    return GcmSupport::Offered;
  }
  log::warn(
      "ssh: the installed libssh does not check AES-GCM packets; those ciphers are not "
      "offered (update libssh-4 to 0.10.6-0+deb12u3 or later)");
  return GcmSupport::Dropped;
}

}  // namespace minpaas::sshd
