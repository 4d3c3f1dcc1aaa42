#pragma once

#include <atomic>
#include <cstddef>

#include "hooks/access/failed_tries.h"
#include "hooks/access/refusals.h"
#include "http/backend.h"
#include "http/command_call.h"

namespace minpaas::http {

struct ApiLimits {
  std::size_t most_body_bytes = 1024 * 1024;
  /// Streams and requests that wait for a deploy or a program, at a time.
  int most_long_requests = 200;
  /// The names by which a server on loopback may be called: no page of the web gets at it by a name
  /// that leads here (DNS rebinding).
  bool only_local_names = true;
};

/// A request that may go on: its path is known, its token holds.
struct Admitted {
  RouteMatch match;
  Target target;
  Actor actor;
};

/// The HTTP API without sockets: a request in, an answer or events out. Thread: any.
class Api {
 public:
  Api(const Backend& backend, ApiLimits limits)
      : backend_(backend),
        limits_(limits),
        failed_(backend.clock),
        refusals_(backend.platform.events(), backend.clock) {}

  /// Looks at all but the body, which need not be there yet; `body_bytes` is its announced length.
  OrProblem<Admitted> admit(const Request& request, std::size_t body_bytes);

  /// Runs it. Absent when the answer was sent as events. `gone`: the peer has left; `ending`: the
  /// server ends.
  std::optional<Reply> serve(const Admitted& admitted, const Request& request, EventSink& events,
                             std::stop_token gone, std::stop_token ending = {});

  /// Streams and waiting requests that are open now.
  [[nodiscard]] int long_requests() const { return long_requests_; }

  [[nodiscard]] const ApiLimits& limits() const { return limits_; }

 private:
  Reply metrics(const Actor& actor);
  void put_denied_on_record(const Actor& actor, std::string action);
  OrProblem<Actor> authenticate(const Request& request);
  OrProblem<CommandWords> words_of(const Admitted& admitted, const Request& request);
  std::optional<Reply> serve_command(const Admitted& admitted, const Request& request,
                                     EventSink& events, std::stop_token gone);

  std::optional<Reply> serve_once(const Admitted& admitted, const Request& request,
                                  EventSink& events, std::stop_token gone);
  std::optional<Reply> serve_new(const Admitted& admitted, const Request& request,
                                 const state::KeyedRequest& keyed, EventSink& events,
                                 std::stop_token gone);
  std::optional<Reply> give_again(const Admitted& admitted, const Request& request,
                                  const state::KeptAnswer& answer, EventSink& events);

  Backend backend_;
  ApiLimits limits_;
  hooks::FailedTries failed_;
  hooks::Refusals refusals_;
  std::atomic<int> long_requests_ = 0;
};

/// Whether a Host header names this machine itself: localhost or a loopback address.
bool is_local_name(std::string_view host);

}  // namespace minpaas::http
