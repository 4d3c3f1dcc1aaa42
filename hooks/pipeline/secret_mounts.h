#pragma once

#include <string>
#include <string_view>

#include "core/app/config_var.h"
#include "core/docker/engine.h"

namespace minpaas::hooks {

/// The platform's Dockerfile with the build secrets in the environment of each of its RUN steps.
std::string with_secrets_in_environment(std::string_view dockerfile);

/// The name of a step as the Dockerfile had it before.
std::string without_secret_mount(std::string_view step);

/// `NPM_TOKEN, PIP_INDEX_URL`.
std::string names_of(const ConfigVars& secrets);

/// Each under its own key, as a repository's Dockerfile mounts it, and all together for the
/// platform's.
docker::BuildSecrets secrets_for(const ConfigVars& secrets);

}  // namespace minpaas::hooks
