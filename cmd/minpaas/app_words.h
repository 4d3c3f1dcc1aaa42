#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/minpaas/command_line.h"

namespace minpaas::client {

/// `[a-z][a-z0-9-]{0,29}`, not ending in `-`: what the server takes for a name.
bool is_app_name(std::string_view text);
/// A name like the text: small letters, `-` for what cannot be in one. Empty when nothing is left.
std::string app_name_like(std::string_view text);

/// Whether the words say which app is meant, when `usual` is the app of this place: the first one
/// is its name, or there are as many as the verb takes with an app among them.
bool words_name_app(const CommandLine& line, std::string_view usual);

/// `minpaas delete APP`, as it was in the beginning: an app that was named in the words, not found
/// by the place, needs no second word for it to go.
std::vector<std::string> with_confirmation(const CommandLine& line, std::vector<std::string> words);

/// The words for the server with the app put where the verb wants it. `--app` always counts; the
/// `usual` one only where the words do not say which. Errors: InvalidInput (`--app` is no name, or
/// the verb is not about one app).
Result<std::vector<std::string>> with_app(const CommandLine& line,
                                          const std::optional<std::string>& usual);

}  // namespace minpaas::client
