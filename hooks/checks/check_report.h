#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/docker/engine.h"
#include "hooks/checks/http_probe.h"
#include "hooks/checks/listeners.h"
#include "hooks/service/follow.h"

/// What a deploy says about a container that is not healthy.
namespace minpaas::hooks {

/// Why the container is not alive, for people (`exited with status 1`); absent while it is or while
/// it has not begun.
std::optional<std::string> why_dead(const docker::ContainerDetails& details);

/// Why the container has not passed its check, from what the last probe saw and, where nothing
/// answers, from the sockets that listen in it.
std::string why_unhealthy(const docker::ContainerDetails& details, int port, PortOf port_of,
                          HttpProbe::Outcome outcome, int status, std::string_view path);

/// The words of a command, safe for a terminal.
std::string in_one_line(const std::vector<std::string>& words);

/// Writes the last 50 log lines of the container, safe for a terminal, under a heading.
void show_last_lines(docker::Engine& engine, const docker::ContainerId& container,
                     const std::string& name, const LineSink& line);

}  // namespace minpaas::hooks
