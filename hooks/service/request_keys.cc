#include "hooks/service/request_keys.h"

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

constexpr std::chrono::hours kKept{24};

}  // namespace

Result<state::SeenRequest> LocalRequestKeys::begin(const state::KeyedRequest& request) {
  const SystemTime now = clock_.now();
  return store_.begin(request, now, now - kKept);
}

void LocalRequestKeys::finish(const state::KeyedRequest& request, const state::KeptAnswer& answer) {
  if (const auto kept = store_.finish(request, answer); !kept) {
    log::warn("the answer of a request is not kept: {}", kept.error().for_log());
    forget(request);
  }
}

void LocalRequestKeys::forget(const state::KeyedRequest& request) {
  if (const auto forgotten = store_.forget(request); !forgotten) {
    log::warn("a request key stays: {}", forgotten.error().for_log());
  }
}

}  // namespace minpaas::hooks
