#pragma once

#include "core/state/request_key_store.h"

namespace minpaas::hooks {

/// Requests that are done once however often they come, for a day. Thread: any.
class RequestKeys {
 public:
  virtual ~RequestKeys() = default;
  /// New: the caller does it, then calls `finish` or `forget`.
  virtual Result<state::SeenRequest> begin(const state::KeyedRequest& request) = 0;
  virtual void finish(const state::KeyedRequest& request, const state::KeptAnswer& answer) = 0;
  virtual void forget(const state::KeyedRequest& request) = 0;
};

class LocalRequestKeys : public RequestKeys {
 public:
  LocalRequestKeys(state::RequestKeyStore& store, const Clock& clock)
      : store_(store), clock_(clock) {}

  Result<state::SeenRequest> begin(const state::KeyedRequest& request) override;
  void finish(const state::KeyedRequest& request, const state::KeptAnswer& answer) override;
  void forget(const state::KeyedRequest& request) override;

 private:
  state::RequestKeyStore& store_;
  const Clock& clock_;
};

}  // namespace minpaas::hooks
