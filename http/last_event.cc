#include "http/last_event.h"

#include <nlohmann/json.hpp>

namespace minpaas::http {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kOutcome = "outcome";
constexpr std::string_view kProblem = "problem";

}  // namespace

bool LastEvent::send(std::string_view event, std::string_view id, std::string_view data) {
  event_ = event;
  data_ = data;
  static_cast<void>(next_.send(event, id, data));
  return true;
}

Reply LastEvent::as_reply(int success) const {
  if (event_ == kOutcome) {
    return {.status = success, .body = data_ + "\n"};
  }
  const Json problem = Json::parse(data_, nullptr, false);
  Reply reply{.status = 500, .content_type = "application/problem+json", .body = data_ + "\n"};
  if (event_ == kProblem && problem.is_object()) {
    reply.status = problem.value("status", reply.status);
    reply.deploy = problem.value("deploy", reply.deploy);
  }
  return reply;
}

void send_as_event(EventSink& events, int status, std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  events.send(status < 300 ? kOutcome : kProblem, "",
              json.dump(-1, ' ', true, Json::error_handler_t::replace));
}

}  // namespace minpaas::http
