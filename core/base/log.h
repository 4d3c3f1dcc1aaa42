#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

/// The server's own log: one line an event, on stderr. Never a config var's value, never a key.
namespace minpaas::log {

enum class Level { Debug, Info, Warn, Error };

/// Lines below `level` are dropped. Thread: any.
void set_level(Level level);
/// Control characters in `text` are escaped, so that a peer cannot forge a line. Thread: any.
void write(Level level, std::string_view text);

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::Debug, fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::Info, fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::Warn, fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::Error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace minpaas::log
