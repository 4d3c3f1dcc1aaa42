#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/app/actor.h"
#include "core/base/clock.h"
#include "core/state/config_store.h"
#include "core/state/database.h"

namespace minpaas::state {

/// A request that is to be done once: whose, by which key, and all that it says.
struct KeyedRequest {
  std::string_view owner;
  std::string_view key;
  std::string_view content;
};

struct KeptAnswer {
  int status = 0;
  std::string body;
  /// Of whoever it was given to, at that time.
  Role role = Role::Member;
};

/// What is known of a request when it comes.
struct SeenRequest {
  enum class State { New, AtWork, Answered, OtherContent };
  State state = State::New;
  KeptAnswer answer = {};
};

/// Remembers requests and their answers, which are encrypted. Thread: any.
class RequestKeyStore {
 public:
  RequestKeyStore(Database& database, const SecretKey& secret)
      : database_(database), secret_(secret) {}

  /// New: it is at work from now on. Forgets what is older than `oldest`.
  Result<SeenRequest> begin(const KeyedRequest& request, SystemTime now, SystemTime oldest);
  Result<void> finish(const KeyedRequest& request, const KeptAnswer& answer);
  /// As if it had never come.
  Result<void> forget(const KeyedRequest& request);
  /// At the start: nothing is at work.
  Result<void> forget_unfinished();

 private:
  Database& database_;
  const SecretKey& secret_;
};

}  // namespace minpaas::state
