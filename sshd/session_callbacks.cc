// What libssh calls on a connection before there are channels. Called from within its packet
// handling, so nothing here may call back into libssh but to look at the key.
#include <exception>
#include <string_view>

#include "core/base/log.h"
#include "sshd/session.h"

namespace minpaas::sshd {
namespace {

Session& self(void* user) {
  return *static_cast<Session*>(user);
}

std::string_view text_or_empty(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::string_view method_name(int subtype) {
  switch (static_cast<unsigned>(subtype)) {
    case SSH_AUTH_METHOD_INTERACTIVE:
      return "keyboard-interactive";
    case SSH_AUTH_METHOD_HOSTBASED:
      return "hostbased";
    case SSH_AUTH_METHOD_GSSAPI_MIC:
      return "gssapi-with-mic";
    default:
      return "an unknown method";
  }
}

}  // namespace

void Session::install_callbacks() {
  callbacks_.userdata = this;
  callbacks_.auth_none_function = [](ssh_session, const char*, void* user) noexcept {
    self(user).login_.ask_methods();
    return static_cast<int>(SSH_AUTH_DENIED);
  };
  callbacks_.auth_password_function = [](ssh_session, const char* name, const char*,
                                         void* user) noexcept {
    self(user).login_.refuse(text_or_empty(name), "password");
    return static_cast<int>(SSH_AUTH_DENIED);
  };
  callbacks_.auth_pubkey_function = [](ssh_session, const char* name, ssh_key key,
                                       char signature_state, void* user) noexcept {
    return self(user).on_key(name, key, signature_state);
  };
  // libssh parses gssapi-with-mic even when it is not offered, and would enter Kerberos code.
  callbacks_.gssapi_select_oid_function = [](ssh_session, const char* name, int, ssh_string*,
                                             void* user) noexcept -> ssh_string {
    self(user).login_.refuse(text_or_empty(name), "gssapi-with-mic");
    return nullptr;
  };
  callbacks_.channel_open_request_session_function = [](ssh_session, void* user) noexcept {
    return self(user).on_channel_open();
  };
  ssh_callbacks_init(&callbacks_);
  ssh_set_server_callbacks(session_.get(), &callbacks_);
  // Reached only by what no other callback handles; 1 lets libssh refuse it.
  ssh_set_message_callback(
      session_.get(),
      [](ssh_session, ssh_message message, void* user) noexcept {
        if (ssh_message_type(message) == SSH_REQUEST_AUTH) {
          self(user).login_.refuse(text_or_empty(ssh_message_auth_user(message)),
                                   method_name(ssh_message_subtype(message)));
        }
        return 1;
      },
      this);
}

int Session::on_key(const char* user, ssh_key key, char signature_state) noexcept {
  try {
    const auto name = text_or_empty(user);
    const bool offered = signature_state == SSH_PUBLICKEY_STATE_NONE;
    if (!offered && signature_state != SSH_PUBLICKEY_STATE_VALID) {
      login_.refuse(name, "a wrong signature");
      return SSH_AUTH_DENIED;
    }
    if (is_certificate(key)) {
      login_.refuse(name, "a certificate");
      return SSH_AUTH_DENIED;
    }
    const auto proof = offered ? KeyProof::Offered : KeyProof::Signed;
    return login_.try_key(name, describe_key(key), proof) ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
  } catch (const std::exception& bug) {
    log::error("ssh: {}: the key lookup ended by an exception: {}", peer_, bug.what());
    login_.ask_methods();
    return SSH_AUTH_DENIED;
  }
}

}  // namespace minpaas::sshd
