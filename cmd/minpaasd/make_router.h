#pragma once

#include <memory>

#include "config/settings.h"
#include "core/docker/engine.h"
#include "core/router/router.h"

namespace minpaas {

/// The router that `[router] kind` names; `auto` is HAProxy where it is installed. A HAProxy that
/// an earlier server left is ended when it is not wanted any more. Both arguments must outlive it.
std::unique_ptr<router::Router> make_router(const config::Settings& settings,
                                            docker::Engine& engine);

}  // namespace minpaas
