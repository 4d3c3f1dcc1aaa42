#include "core/base/console.h"

#include <algorithm>
#include <array>
#include <csignal>

namespace minpaas {
namespace {

struct Known {
  Signal signal;
  std::string_view name;
  int number;
};

constexpr std::array<Known, 13> kSignals{{
    {Signal::Abrt, "ABRT", SIGABRT},
    {Signal::Alrm, "ALRM", SIGALRM},
    {Signal::Fpe, "FPE", SIGFPE},
    {Signal::Hup, "HUP", SIGHUP},
    {Signal::Ill, "ILL", SIGILL},
    {Signal::Int, "INT", SIGINT},
    {Signal::Kill, "KILL", SIGKILL},
    {Signal::Pipe, "PIPE", SIGPIPE},
    {Signal::Quit, "QUIT", SIGQUIT},
    {Signal::Segv, "SEGV", SIGSEGV},
    {Signal::Term, "TERM", SIGTERM},
    {Signal::Usr1, "USR1", SIGUSR1},
    {Signal::Usr2, "USR2", SIGUSR2},
}};

const Known& known(Signal signal) {
  return *std::ranges::find(kSignals, signal, &Known::signal);
}

}  // namespace

std::optional<Signal> parse_signal(std::string_view name) {
  const auto found = std::ranges::find(kSignals, name, &Known::name);
  return found == kSignals.end() ? std::nullopt : std::optional(found->signal);
}

std::string_view to_string(Signal signal) {
  return known(signal).name;
}

int number_of(Signal signal) {
  return known(signal).number;
}

}  // namespace minpaas
