#include "hooks/settings_check.h"

#include <fmt/format.h>

#include "config/nearest_word.h"
#include "core/base/file.h"
#include "core/state/key_store.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostKeyFileBytes = 1024 * 1024;

Result<void> check_images(const config::Settings& settings, const runtimes::Catalog& catalog) {
  const auto names = catalog.names();
  for (const auto& [runtime, image] : settings.images.base) {
    if (catalog.find(runtime) != nullptr) {
      continue;
    }
    const std::string near = config::nearest_word(runtime, {names.begin(), names.end()});
    return Error{ErrorCode::InvalidInput,
                 fmt::format("[images] {}: there is no such runtime", runtime),
                 near.empty() ? "there are " + runtimes::join_for_people(names)
                              : fmt::format("did you mean {}?", near),
                 ""};
  }
  return {};
}

}  // namespace

Result<runtimes::Catalog> load_catalog(const config::Settings& settings) {
  runtimes::RuntimeSettings wanted{settings.runtimes.folder, settings.images.base,
                                   settings.runtimes.allow_dockerfile};
  if (wanted.folder.empty()) {
    wanted.folder = runtimes::default_folder();
  }
  auto catalog = TRY(runtimes::Catalog::load(wanted));
  TRY(check_images(settings, catalog));
  return catalog;
}

std::vector<std::string> doubts_about(const config::Settings& settings) {
  const auto& path = settings.access.admin_keys;
  if (path.empty()) {
    return {};
  }
  const auto text = read_file(path, kMostKeyFileBytes);
  if (!text) {
    return {fmt::format("[access] admin_keys: {}", text.error().message)};
  }
  std::vector<std::string> bad;
  if (state::parse_key_file(*text, bad).empty()) {
    return {fmt::format("[access] admin_keys: {} holds no key that can be used", path.string())};
  }
  return {};
}

}  // namespace minpaas::hooks
