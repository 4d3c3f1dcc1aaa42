#pragma once

#include <vector>

#include "sshd/commands/command.h"

/// The table entries of each noun, in the order of help.
namespace minpaas::sshd::commands {

std::vector<Command> apps_commands();
std::vector<Command> config_commands();
std::vector<Command> build_secrets_commands();
std::vector<Command> ps_commands();
std::vector<Command> run_commands();
std::vector<Command> resources_commands();
std::vector<Command> checks_commands();
std::vector<Command> storage_commands();
std::vector<Command> cron_commands();
std::vector<Command> logs_commands();
std::vector<Command> deploy_commands();
std::vector<Command> releases_commands();
std::vector<Command> builds_commands();
std::vector<Command> domains_commands();
std::vector<Command> maintenance_commands();
std::vector<Command> certs_commands();
std::vector<Command> keys_commands();
std::vector<Command> claim_commands();
std::vector<Command> people_commands();
std::vector<Command> tokens_commands();
std::vector<Command> events_commands();
std::vector<Command> host_commands();
std::vector<Command> help_commands();

}  // namespace minpaas::sshd::commands
