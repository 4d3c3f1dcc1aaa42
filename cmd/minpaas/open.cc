#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cmd/minpaas/app_info.h"
#include "cmd/minpaas/app_words.h"
#include "cmd/minpaas/child.h"
#include "cmd/minpaas/own_verbs.h"

namespace minpaas::client {
namespace {

/// Nothing but a URL is handed to a program that opens all kinds of things.
bool is_web_url(const std::string& url) {
  return (url.starts_with("http://") || url.starts_with("https://")) &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// What opens a URL on this machine; empty where no browser can be.
std::string opener() {
#ifdef __APPLE__
  return "open";
#else
  return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr ? "xdg-open"
                                                                                        : "";
#endif
}

}  // namespace

Result<int> open(const OwnCall& call) {
  const auto usual = TRY(call.surroundings.usual_app());
  const auto words = TRY(with_app(call.line, usual));
  if (words.size() != 1 || !is_app_name(words.front())) {
    return Error{ErrorCode::InvalidInput, "open: which app is meant?", "minpaas open APP", ""};
  }
  const ServerAddress server = TRY(call.surroundings.server());
  const AppInfo info = TRY(app_info(call, server, words.front()));
  if (info.url.empty()) {
    return Error{ErrorCode::NotFound, words.front() + " has no URL yet",
                 "deploy it: minpaas deploy", ""};
  }
  if (!is_web_url(info.url)) {
    return Error{ErrorCode::Failed, "what the server gives as URL is none", "", ""};
  }
  std::printf("%s\n", info.url.c_str());
  std::fflush(stdout);
  const std::string program = opener();
  if (!program.empty()) {
    // Where it is not there the URL has been printed.
    static_cast<void>(become({program, info.url}));
  }
  return 0;
}

}  // namespace minpaas::client
