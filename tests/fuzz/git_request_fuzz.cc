#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/app/app_name.h"
#include "sshd/git/git_request.h"

using namespace minpaas;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view command(reinterpret_cast<const char*>(data), size);
  const auto request = sshd::git::parse_git_request(command);
  if (request && !sshd::git::is_git_request(command)) {
    std::abort();
  }
  if (!request || request->service == sshd::git::GitService::Lfs) {
    return 0;
  }
  const auto& name = request->repository;
  if (name.empty() || name.front() == '-' || name.size() > size) {
    std::abort();
  }
  // What is an app name has no characters of paths or shells.
  if (AppName::parse(name) && name.find_first_of("/.'\"\\ $`") != std::string::npos) {
    std::abort();
  }
  return 0;
}
