#pragma once

#include "core/app/actor.h"
#include "hooks/service/platform.h"
#include "http/command_words.h"
#include "http/events.h"

namespace minpaas::http {

/// What a command works with.
struct CallParts {
  hooks::Platform& platform;
  const Clock& clock;
};

enum class Form { Whole, Stream };

struct CallForm {
  Form form = Form::Whole;
  /// As the peer sent it, where a cut stream of lines is to go on; may be empty.
  std::string_view last_event_id = {};
};

/// Runs the command of a route and makes the answer: at its end, or as events. Absent when the
/// answer was sent as events. What fails before the first event is answered with its own status.
std::optional<Reply> call_command(const CallParts& parts, const Route& route, const Actor& actor,
                                  CommandWords call, const CallForm& form, EventSink& events,
                                  std::stop_token gone);

/// Whether the actor might make the call now that was answered before, when they had `role_then`.
/// Absent: yes. A denial is put on record.
std::optional<Problem> refuse_again(const CallParts& parts, const Route& route, const Actor& actor,
                                    CommandWords call, minpaas::Role role_then);

}  // namespace minpaas::http
