#pragma once

#include <string>

#include "http/events.h"
#include "http/problem.h"

namespace minpaas::http {

/// Hands events on, and keeps the last one, which says how it went. The peer may leave: what they
/// asked for goes on to its end. Thread: one.
class LastEvent : public EventSink {
 public:
  explicit LastEvent(EventSink& next) : next_(next) {}

  /// Always true.
  bool send(std::string_view event, std::string_view id, std::string_view data) override;

  void expect() override { next_.expect(); }

  bool has_begun() override { return next_.has_begun(); }

  /// What a request without events would have been answered.
  [[nodiscard]] Reply as_reply(int success) const;

 private:
  EventSink& next_;
  std::string event_;
  std::string data_;
};

/// The end of the stream in whose place the answer was kept.
void send_as_event(EventSink& events, int status, std::string_view body);

}  // namespace minpaas::http
