#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/result.h"
#include "core/docker/engine.h"

namespace minpaas::hooks {

/// The containers of apps, by the value of docker::kLabelApp, for many who look again and again:
/// the engine is asked by the first of them, and not for each. Thread: any.
class RecentContainers {
 public:
  using List = std::shared_ptr<const std::vector<docker::ContainerDetails>>;
  using Ask =
      std::function<Result<std::vector<docker::ContainerDetails>>(const std::string& label)>;

  /// For so long an answer is given again.
  static constexpr milliseconds kFresh{500};
  /// An answer is kept for so long, for those who ask while the next one is fetched.
  static constexpr milliseconds kKept{5000};

  explicit RecentContainers(Ask ask) : ask_(std::move(ask)) {}

  /// An answer that is younger than kFresh, or a kept one while another thread asks. Errors: those
  /// of `ask`, which are not kept.
  Result<List> of(const std::string& label, SteadyTime now);

 private:
  struct Answer {
    List list;
    SteadyTime at;
    /// Someone is asking for a newer one.
    bool is_due = false;
  };

  Ask ask_;
  Guarded<std::map<std::string, Answer>> answers_;
};

}  // namespace minpaas::hooks
