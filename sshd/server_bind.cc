#include "sshd/server_bind.h"

#include "sshd/server.h"

#include <fmt/format.h>

#include <string>

namespace minpaas::sshd {
namespace {

// No finite-field Diffie-Hellman: one group18 exchange costs 150 times the CPU of curve25519.
constexpr const char* kKeyExchange =
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp521";
constexpr const char* kCiphersWithGcm =
    "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,"
    "aes128-ctr";
constexpr const char* kCiphersWithoutGcm = "chacha20-poly1305@openssh.com,aes256-ctr,aes128-ctr";
constexpr const char* kMacs =
    "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256";
// No ssh-rsa: libssh accepts its SHA-1 signatures by default.
constexpr const char* kSignatures =
    "ssh-ed25519,sk-ssh-ed25519@openssh.com,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
    "ecdsa-sha2-nistp521,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256";
constexpr int kLeastRsaBits = 2048;

Error refused_option(const char* what, ssh_bind bind) {
  return {ErrorCode::Internal, fmt::format("libssh does not accept the {}", what), "",
          ssh_get_error(bind)};
}

Result<void> set_algorithms(ssh_bind bind, const char* ciphers) {
  // Without this /etc/ssh/libssh_server_config changes the lists silently.
  const bool no_file = false;
  const int rsa_bits = kLeastRsaBits;

  const struct {
    ssh_bind_options_e option;
    const void* value;
    const char* what;
  } settings[] = {
      {SSH_BIND_OPTIONS_PROCESS_CONFIG, &no_file, "wish to read no configuration file"},
      {SSH_BIND_OPTIONS_KEY_EXCHANGE, kKeyExchange, "key exchange list"},
      {SSH_BIND_OPTIONS_CIPHERS_C_S, ciphers, "cipher list"},
      {SSH_BIND_OPTIONS_CIPHERS_S_C, ciphers, "cipher list"},
      {SSH_BIND_OPTIONS_HMAC_C_S, kMacs, "MAC list"},
      {SSH_BIND_OPTIONS_HMAC_S_C, kMacs, "MAC list"},
      {SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, kSignatures, "signature list"},
      {SSH_BIND_OPTIONS_RSA_MIN_SIZE, &rsa_bits, "least RSA size"},
  };

  for (const auto& setting : settings) {
    if (ssh_bind_options_set(bind, setting.option, setting.value) != SSH_OK) {
      return refused_option(setting.what, bind);
    }
  }
  return {};
}

bool set_session_options(ssh_session session, seconds longest_wait) {
  const long wait = longest_wait.count();
  return ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &wait) == SSH_OK &&
         ssh_options_set(session, SSH_OPTIONS_COMPRESSION_C_S, "none") == SSH_OK &&
         ssh_options_set(session, SSH_OPTIONS_COMPRESSION_S_C, "none") == SSH_OK;
}

}  // namespace

Result<ServerBind> ServerBind::make(const HostKeys& keys, GcmSupport gcm) {
  Handle<ssh_bind_struct, ssh_bind_free> bind(ssh_bind_new());
  if (!bind) {
    return Error{ErrorCode::Internal, "libssh cannot be started", "", "ssh_bind_new failed"};
  }
  TRY(set_algorithms(bind.get(),
                     gcm == GcmSupport::Offered ? kCiphersWithGcm : kCiphersWithoutGcm));
  for (const auto& key : keys.keys()) {
    // The bind takes the copy over.
    ssh_key copy = ssh_key_dup(key.get());
    if (ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_IMPORT_KEY, copy) != SSH_OK) {
      ssh_key_free(copy);
      return refused_option("host key", bind.get());
    }
  }
  return ServerBind(std::move(bind));
}

Result<SshSession> ServerBind::accept(Fd socket, seconds longest_wait) const {
  SshSession session(ssh_new());
  if (!session) {
    return Error{ErrorCode::Unavailable, "no memory for another connection", "", "ssh_new failed"};
  }
  {
    std::scoped_lock lock(*mutex_);
    const int accepted = ssh_bind_accept_fd(bind_.get(), session.get(), socket.get());
    if (ssh_get_fd(session.get()) == socket.get()) {
      static_cast<void>(socket.release());  // ssh_free closes it, after a failure as well
    }
    if (accepted != SSH_OK) {
      return Error{ErrorCode::Unavailable, "libssh refused the connection", "",
                   ssh_get_error(bind_.get())};
    }
  }
  if (!set_session_options(session.get(), longest_wait)) {
    return Error{ErrorCode::Internal, "libssh refused a session option", "",
                 ssh_get_error(session.get())};
  }
  ssh_set_blocking(session.get(), 0);
  ssh_set_auth_methods(session.get(), SSH_AUTH_METHOD_PUBLICKEY);
  return session;
}

std::string libssh_version() {
  return ssh_version(0);
}

}  // namespace minpaas::sshd
