#include "http/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "http/last_event.h"
#include "http/metrics_text.h"
#include "http/openapi.h"
#include "http/page_link.h"

namespace minpaas::http {
namespace {

Problem unauthorized(std::string detail, std::string_view error) {
  const std::string challenge = error.empty()
                                    ? R"(Bearer realm="minpaas")"
                                    : fmt::format(R"(Bearer realm="minpaas", error="{}")", error);
  return {.status = 401,
          .code = "permission_denied",
          .detail = std::move(detail),
          .hint = "send Authorization: Bearer TOKEN; make one: ssh minpaas tokens:create NAME",
          .headers = {{"WWW-Authenticate", challenge}}};
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

/// Absent: the header is not there or is no Bearer.
std::optional<std::string_view> bearer(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  if (lower(header.substr(0, kScheme.size())) != kScheme) {
    return std::nullopt;
  }
  const auto begin = header.find_first_not_of(' ', kScheme.size());
  return begin == std::string_view::npos ? std::nullopt : std::optional(header.substr(begin));
}

bool wants_events(const Request& request) {
  return lower(request.header("accept")).find("text/event-stream") != std::string::npos;
}

bool has_word(const CommandWords& call, std::string_view text) {
  return std::ranges::any_of(call.words,
                             [&](const sshd::commands::Word& word) { return word.text == text; });
}

Form form_of(const Route& route, const Request& request, const CommandWords& call) {
  if (route.answer == Answer::Json) {
    return Form::Whole;
  }
  const bool follows = route.answer == Answer::Lines && has_word(call, "--follow");
  return follows || wants_events(request) ? Form::Stream : Form::Whole;
}

constexpr std::size_t kMostKeyBytes = 255;

Problem bad_key(std::string_view why) {
  return {.status = 422,
          .code = "invalid_input",
          .detail = fmt::format("this Idempotency-Key does not do: {}", why),
          .field = "Idempotency-Key"};
}

Problem key_conflict(std::string detail) {
  return {.status = 409,
          .code = "conflict",
          .detail = std::move(detail),
          .headers = {{"Retry-After", "1"}}};
}

/// A token is stored as its hash alone.
bool is_shown_once(const Route& route) {
  return route.command != nullptr && route.command->verb == "tokens:create";
}

Reply shown_before() {
  return reply_from(
      {.status = 409,
       .code = "conflict",
       .detail = "this request has made its token, which was shown then and is not kept",
       .hint = "revoke it (DELETE /tokens/{token}) and make another with another Idempotency-Key"});
}

bool is_failed_deploy(const Reply& reply) {
  return reply.deploy != 0 && (reply.status == 422 || reply.status == 404 || reply.status == 403);
}

/// One of a limited number, given back at the end.
class LongRequest {
 public:
  LongRequest(std::atomic<int>& running, int most) : running_(running), fits_(++running <= most) {}

  LongRequest(const LongRequest&) = delete;
  LongRequest& operator=(const LongRequest&) = delete;

  ~LongRequest() { --running_; }

  [[nodiscard]] bool fits() const { return fits_; }

 private:
  std::atomic<int>& running_;
  bool fits_;
};

}  // namespace

bool is_local_name(std::string_view host) {
  const auto colon = host.find(':', host.find(']') == std::string_view::npos ? 0 : host.find(']'));
  const std::string_view port = colon == std::string_view::npos ? "" : host.substr(colon + 1);
  const std::string name = lower(host.substr(0, colon));
  if (port.find_first_not_of("0123456789") != std::string_view::npos) {
    return false;
  }
  if (name == "[::1]") {
    return true;
  }
  if (name == "localhost") {
    return true;
  }
  return name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos &&
         std::ranges::count(name, '.') == 3;
}

OrProblem<Admitted> Api::admit(const Request& request, std::size_t body_bytes) {
  const std::string_view host = request.header("host");
  if (host.empty()) {
    return Problem{.status = 400, .code = "invalid_input", .detail = "there is no Host header"};
  }
  if (limits_.only_local_names && !is_local_name(host)) {
    return Problem{.status = 421,
                   .code = "invalid_input",
                   .detail = "this server is not called by that name",
                   .hint = "call it localhost or 127.0.0.1"};
  }
  auto target = parse_target(request.target);
  if (auto* problem = std::get_if<Problem>(&target)) {
    return *problem;
  }
  auto match = find_route(request.method, std::get<Target>(target).segments);
  if (auto* problem = std::get_if<Problem>(&match)) {
    return *problem;
  }
  const Answer answer = std::get<RouteMatch>(match).route->answer;
  if (request.method == "HEAD" && answer != Answer::Json && answer != Answer::Health &&
      answer != Answer::OpenApi && answer != Answer::Metrics) {
    return Problem{.status = 405,
                   .code = "invalid_input",
                   .detail = "a stream has no HEAD",
                   .headers = {{"Allow", "GET"}}};
  }
  Admitted admitted{std::get<RouteMatch>(match), std::get<Target>(target), {}};
  if (admitted.match.route->needs_token()) {
    auto actor = authenticate(request);
    if (auto* problem = std::get_if<Problem>(&actor)) {
      return *problem;
    }
    admitted.actor = std::get<Actor>(actor);
  }
  if (body_bytes > limits_.most_body_bytes) {
    return Problem{
        .status = 413,
        .code = "invalid_input",
        .detail = fmt::format("the body has more than {} bytes", limits_.most_body_bytes)};
  }
  // Before it is read: httplib would take a form apart and show a body that is empty.
  if (auto problem = body_bytes > 0 ? problem_of_type(request) : std::nullopt) {
    return *std::move(problem);
  }
  return admitted;
}

/// A token that holds is taken even from an address with too many
/// failed tries: behind a proxy they are somebody else's, and nobody guesses 256 bits.
OrProblem<Actor> Api::authenticate(const Request& request) {
  const auto secret = bearer(request.header("authorization"));
  hooks::Refusals::Peer peer{.address = request.from, .from = request.from};
  if (!secret) {
    refusals_.note(peer, "token", "none was sent");
    return unauthorized("this takes a token", "");
  }
  const auto actor = backend_.tokens.authenticate(*secret, request.from);
  if (actor) {
    return *actor;
  }
  if (actor.error().code != ErrorCode::PermissionDenied) {
    return problem_from(actor.error());
  }
  using Credential = hooks::Refusals::Peer::Credential;
  const auto row = backend_.tokens.find_row(*secret);
  peer.credential = row ? Credential::Known : Credential::Unknown;
  if (row) {
    peer.name = row->owner.name;
    peer.token_id = row->id;
  }
  refusals_.note(peer, "token", actor.error().message);
  if (failed_.note(request.from) == hooks::FailedTries::Tries::TooMany) {
    return Problem{.status = 429,
                   .code = "busy",
                   .detail = "too many tokens that do not hold came from this address",
                   .hint = "try again in a minute",
                   .headers = {{"Retry-After", "60"}}};
  }
  return unauthorized(actor.error().message, "invalid_token");
}

std::optional<Reply> Api::serve(const Admitted& admitted, const Request& request, EventSink& events,
                                std::stop_token gone, std::stop_token ending) {
  const Route& route = *admitted.match.route;
  const bool is_keyed = request.method != "GET" && request.method != "HEAD" &&
                        !request.header("idempotency-key").empty();
  switch (route.answer) {
    case Answer::Health:
      return Reply{.body = "{\"status\":\"ok\"}\n"};
    case Answer::OpenApi:
      return Reply{.body = openapi()};
    case Answer::Metrics:
      return metrics(admitted.actor);
    default:
      if (!is_keyed) {
        return serve_command(admitted, request, events, std::move(gone));
      }
      // Its peer may come again for the answer; a program is never without one.
      return serve_once(admitted, request, events,
                        route.answer == Answer::Program ? std::move(gone) : std::move(ending));
  }
}

void Api::put_denied_on_record(const Actor& actor, std::string action) {
  backend_.platform.events().record(
      actor, {.app = "", .action = std::move(action), .detail = "", .result = "denied"});
}

Reply Api::metrics(const Actor& actor) {
  if (!actor.scope.allows("metrics", {})) {
    put_denied_on_record(actor, "metrics");
    return reply_from(
        problem_from({ErrorCode::PermissionDenied, "the scope of this token does not allow metrics",
                      "make one that does: ssh minpaas tokens:create NAME --scope metrics", ""}));
  }
  const auto metrics = backend_.metrics.collect(actor);
  if (!metrics && metrics.error().code == ErrorCode::PermissionDenied) {
    put_denied_on_record(actor, "metrics");
  }
  return metrics ? Reply{.content_type = kMetricsType, .body = metrics_text(*metrics)}
                 : reply_from(problem_from(metrics.error()));
}

/// The name of a field that is not known may be a config value in the wrong place.
OrProblem<CommandWords> Api::words_of(const Admitted& admitted, const Request& request) {
  auto call = command_words(*admitted.match.route, admitted.match, admitted.target, request);
  auto* problem = std::get_if<Problem>(&call);
  const auto name = app_meant(admitted.match, admitted.target, request);
  if (problem == nullptr || !name) {
    return call;
  }
  const auto mask = backend_.platform.secret_mask(admitted.actor, *name);
  problem->field = mask ? (*mask)->apply_to_whole(problem->field) : "";
  return call;
}

/// Whoever has lost since what the request takes reads what they would read had they never asked.
std::optional<Reply> Api::give_again(const Admitted& admitted, const Request& request,
                                     const state::KeptAnswer& answer, EventSink& events) {
  const Route& route = *admitted.match.route;
  auto call = words_of(admitted, request);
  if (auto* problem = std::get_if<Problem>(&call)) {
    return reply_from(*problem);
  }
  const CallParts parts{backend_.platform, backend_.clock};
  if (const auto problem = refuse_again(parts, route, admitted.actor,
                                        std::move(std::get<CommandWords>(call)), answer.role)) {
    return reply_from(*problem);
  }
  if (route.answer == Answer::Deploy && wants_events(request)) {
    send_as_event(events, answer.status, answer.body);
    return std::nullopt;
  }
  return Reply{
      .status = answer.status,
      .content_type = answer.status < 300 ? "application/json" : "application/problem+json",
      .body = answer.body,
      .headers = {{"Idempotent-Replayed", "true"}}};
}

/// Kept is what was done, also a deploy that failed; what was refused or could not be done is tried
/// again.
std::optional<Reply> Api::serve_new(const Admitted& admitted, const Request& request,
                                    const state::KeyedRequest& keyed, EventSink& events,
                                    std::stop_token gone) {
  LastEvent last(events);
  const Route& route = *admitted.match.route;
  auto reply = serve_command(admitted, request, last, std::move(gone));
  const Reply done = reply ? *reply : last.as_reply(route.success);
  if (done.status < 300 || is_failed_deploy(done)) {
    const Reply kept = is_shown_once(route) ? shown_before() : done;
    backend_.request_keys.finish(keyed, {kept.status, kept.body, admitted.actor.role});
  } else {
    backend_.request_keys.forget(keyed);
  }
  return reply;
}

std::optional<Reply> Api::serve_once(const Admitted& admitted, const Request& request,
                                     EventSink& events, std::stop_token gone) {
  using State = state::SeenRequest::State;
  const std::string_view key = request.header("idempotency-key");
  if (key.size() > kMostKeyBytes) {
    return reply_from(bad_key(fmt::format("it has more than {} bytes", kMostKeyBytes)));
  }
  if (admitted.match.route->answer == Answer::Program && wants_events(request)) {
    return reply_from(bad_key("what a program prints as a stream is not kept"));
  }
  const std::string content =
      fmt::format("{} {}\n{}", request.method, request.target, request.body);
  const state::KeyedRequest keyed{request.header("authorization"), key, content};
  const auto seen = backend_.request_keys.begin(keyed);
  if (!seen) {
    return reply_from(problem_from(seen.error()));
  }
  switch (seen->state) {
    case State::AtWork:
      return reply_from(key_conflict("the request with this Idempotency-Key is at work"));
    case State::OtherContent:
      return reply_from(bad_key("it came with another request before"));
    case State::Answered:
      return give_again(admitted, request, seen->answer, events);
    case State::New:
      break;
  }
  return serve_new(admitted, request, keyed, events, std::move(gone));
}

std::optional<Reply> Api::serve_command(const Admitted& admitted, const Request& request,
                                        EventSink& events, std::stop_token gone) {
  const Route& route = *admitted.match.route;
  auto call = words_of(admitted, request);
  if (auto* problem = std::get_if<Problem>(&call)) {
    return reply_from(*problem);
  }
  const CallParts parts{backend_.platform, backend_.clock};
  auto& words = std::get<CommandWords>(call);
  const CallForm form{form_of(route, request, words), request.header("last-event-id")};
  if (!route.page_key.empty() && form.form == Form::Whole) {
    const int size = page_size(route, words);
    auto reply =
        call_command(parts, route, admitted.actor, std::move(words), form, events, std::move(gone));
    if (reply) {
      add_next_link(route, request, size, *reply);
    }
    return reply;
  }
  if (route.answer == Answer::Json) {
    return call_command(parts, route, admitted.actor, std::move(words), form, events,
                        std::move(gone));
  }
  const LongRequest slot(long_requests_, limits_.most_long_requests);
  if (!slot.fits()) {
    return reply_from({.status = 503,
                       .code = "busy",
                       .detail = "too many streams and waiting requests are open",
                       .hint = "try again in a moment",
                       .headers = {{"Retry-After", "5"}}});
  }
  return call_command(parts, route, admitted.actor, std::move(words), form, events,
                      std::move(gone));
}

}  // namespace minpaas::http
