#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/docker/engine.h"

/// Containers as the engine writes them.
namespace minpaas::docker {

/// Body of POST /containers/create: the spec with what every app gets, asked or not: no
/// capabilities, no new privileges, an init process, bounded processes and logs. `address` is the
/// one in its network, empty where the engine chooses.
std::string create_body(const ContainerSpec& spec, const std::string& address = "");

/// Bodies of POST /containers/{id}/update.
std::string restart_policy_body(RestartPolicy policy);
std::string limits_body(const Limits& limits);

/// Answer of POST /containers/create. Errors: Corrupt.
Result<ContainerId> parse_created(std::string_view body);

/// Answer of GET /containers/{id}/json. Errors: Corrupt.
Result<ContainerDetails> parse_container(std::string_view body);

/// Answer of GET /containers/json. Errors: Corrupt.
Result<std::vector<ContainerDetails>> parse_container_list(std::string_view body);

/// `{"label":["minpaas.app=blog"]}`: a filters parameter; an empty value asks for the name alone.
std::string label_filter(const Labels& labels);

}  // namespace minpaas::docker
