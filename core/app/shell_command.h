#pragma once

#include <string>
#include <string_view>

namespace minpaas {

/// The command with `exec` before its last program, so that the shell that runs it becomes this
/// program: `A=1 python app.py` -> `A=1 exec python app.py`, `a && b` -> `a && exec b`. A shell
/// that waits for its program dies of SIGTERM and takes the program along, which then cannot end
/// its work. What is left as it is: pipes, background jobs, groups, several lines, shell builtins,
/// and what is not understood.
std::string exec_last_program(std::string_view command);

}  // namespace minpaas
