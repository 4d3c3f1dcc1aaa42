#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/app/actor.h"
#include "core/base/byte_stream.h"
#include "core/base/console.h"

/// The seam behind SSH: a verified actor, a command string, a few allowed environment values and a
/// pair of byte streams with an exit status. Nothing behind it knows libssh.
namespace minpaas::sshd {

struct ExecRequest {
  Actor actor;
  /// As the peer sent it, at most 4 KiB; empty for a `shell` request.
  std::string command;
  /// Only GIT_PROTOCOL and LANG ever get here.
  std::map<std::string, std::string> env;
  bool has_terminal = false;
  /// As it was when the request came; later sizes are events of the console.
  WindowSize window = {};
  /// `xterm-256color`; empty when the peer did not say, or nothing that a TERM can be.
  std::string terminal_type = {};
};

class ExecHandler {
 public:
  virtual ~ExecHandler() = default;
  /// Runs the request to its end and returns the exit status. Thread: one of its own per request,
  /// so it may block; it must end soon after `streams.gone`.
  virtual int run(const ExecRequest& request, ExecStreams& streams) = 0;

  /// Whether the request runs a program that has what is typed, Ctrl-C and Ctrl-D too, and the
  /// peer's signals for itself. Otherwise they are the server's: Ctrl-C and signals end the
  /// request. Asked once, before the first byte. Thread: the connection's; it must not block.
  virtual bool is_program(const ExecRequest& /*request*/) const { return false; }
};

/// Finds who owns a key. Thread: any.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// `blob_base64` is the key as in an authorized_keys line; fingerprint and blob must both match.
  /// `from` is the peer's address. Absent: not known, expired, not from there, or the lookup failed
  /// (which is logged). Looks only, since whoever has seen a public key can ask for it.
  virtual std::optional<Actor> find(std::string_view fingerprint, std::string_view blob_base64,
                                    std::string_view from) = 0;

  /// `actor` has proved to own its key.
  virtual void note_use(const Actor& /*actor*/) {}

  /// A connection from `from` has ended without a login; the fingerprints of the keys that it
  /// tried, the last one last. None: it came with something else. It has not proved to own any.
  virtual void note_denied(std::string_view /*from*/, const std::vector<std::string>& /*keys*/) {}
};

}  // namespace minpaas::sshd
