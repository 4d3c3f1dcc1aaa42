#include "hooks/access/key_owners.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/text.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostFileBytes = 1024 * 1024;
constexpr std::size_t kMostNameCharacters = 64;

/// Comments of keys are other people's text; they get into logs and listings.
std::string display_name(const state::PublicKey& key) {
  const std::string name = escape_controls(trim(key.comment).substr(0, kMostNameCharacters));
  return name.empty() ? "admin" : name;
}

Actor actor_of(const state::KeyRow& row) {
  return {.user_id = row.user_id,
          .name = row.user,
          .role = row.role,
          .key_fingerprint = row.key.fingerprint,
          .from = "",
          .scope = row.limits.scope,
          .expires_at = row.limits.expires_at,
          .sources = row.limits.sources};
}

bool is_key(const state::PublicKey& key, std::string_view fingerprint, std::string_view blob) {
  return key.fingerprint == fingerprint && key.blob_base64 == blob;
}

}  // namespace

Result<void> check_person_name(const std::string& name) {
  const bool plain = std::ranges::all_of(
      name, [](char c) { return c > ' ' && c < '\x7f' && c != '/' && c != '\\'; });
  if (name.empty() || name.size() > kMostNameCharacters || !plain || name.front() == '-' ||
      name.front() == '.') {
    return Error{
        ErrorCode::InvalidInput, "that is no name for a user or a key",
        fmt::format("1 to {} printable ASCII characters without spaces and slashes, not - or . at "
                    "first",
                    kMostNameCharacters),
        ""};
  }
  return {};
}

std::vector<state::PublicKey> KeyOwners::keys_of_file() const {
  if (admin_keys_.empty()) {
    return {};
  }
  const auto text = read_file(admin_keys_, kMostFileBytes);
  if (!text) {
    log::warn("[access] admin_keys: {}", text.error().for_log());
    return {};
  }
  std::vector<std::string> bad;
  auto keys = state::parse_key_file(*text, bad);
  for (const std::string& line : bad) {
    log::warn("{}: a line is skipped: {}", admin_keys_.string(), line);
  }
  return keys;
}

std::optional<std::string> KeyOwners::objection_to(const state::KeyRow& row,
                                                   std::string_view from) const {
  const state::KeyLimits& limits = row.limits;
  if (limits.expires_at && *limits.expires_at <= clock_.now()) {
    return fmt::format("the key of {} has expired", row.user);
  }
  const bool fits =
      limits.sources.empty() || std::ranges::any_of(limits.sources, [&](const AddressRange& range) {
        return range.contains(from);
      });
  return fits ? std::nullopt
              : std::optional(fmt::format("the key of {} may not come from there", row.user));
}

std::optional<std::string> KeyOwners::objection_to(std::string_view fingerprint,
                                                   std::string_view from) {
  const auto row = store_.find(std::string(fingerprint));
  return row ? objection_to(*row, from) : std::nullopt;
}

std::optional<Actor> KeyOwners::find_actor(std::string_view fingerprint,
                                           std::string_view blob_base64, std::string_view from) {
  const auto row = store_.find(std::string(fingerprint));
  if (row && is_key(row->key, fingerprint, blob_base64)) {
    if (const auto objection = objection_to(*row, from)) {
      log::info("{} {}: {}", from, fingerprint, *objection);
      return std::nullopt;
    }
    return actor_of(*row);
  }
  if (!row && row.error().code != ErrorCode::NotFound) {
    log::error("key {}: {}", fingerprint, row.error().for_log());
  }
  for (const state::PublicKey& key : keys_of_file()) {
    if (is_key(key, fingerprint, blob_base64)) {
      return Actor{kUserOfTheFile, display_name(key), Role::Admin, key.fingerprint, ""};
    }
  }
  return std::nullopt;
}

Result<Actor> KeyOwners::renew(const Actor& actor) {
  const Error gone{ErrorCode::PermissionDenied,
                   fmt::format("the key of {} was removed, so this has ended", actor.name), "", ""};
  if (actor.user_id == kUserOfTheFile) {
    return is_in_file(actor.key_fingerprint) ? Result<Actor>(actor) : gone;
  }
  const auto row = store_.find(actor.key_fingerprint);
  if (!row) {
    return row.error().code == ErrorCode::NotFound ? gone : row.error();
  }
  if (row->user_id != actor.user_id) {
    return gone;
  }
  if (row->limits.expires_at && *row->limits.expires_at <= clock_.now()) {
    return Error{ErrorCode::PermissionDenied,
                 fmt::format("the key of {} has expired, so this has ended", actor.name), "", ""};
  }
  Actor renewed = actor_of(*row);
  renewed.from = actor.from;
  return renewed;
}

Result<bool> KeyOwners::has_admin() {
  const auto rows = TRY(store_.list());
  const bool is_known = std::ranges::any_of(
      rows, [](const state::KeyRow& row) { return row.role == Role::Admin && row.limits.none(); });
  if (is_known || admin_keys_.empty()) {
    return is_known;
  }
  // A file that cannot be read may have keys.
  const auto text = read_file(admin_keys_, kMostFileBytes);
  if (!text) {
    return text.error().code == ErrorCode::NotFound ? Result<bool>(false) : text.error();
  }
  std::vector<std::string> bad;
  return !state::parse_key_file(*text, bad).empty();
}

bool KeyOwners::is_in_file(std::string_view fingerprint) const {
  const auto keys = keys_of_file();
  return std::ranges::find(keys, fingerprint, &state::PublicKey::fingerprint) != keys.end();
}

void KeyOwners::note_use(const Actor& actor) {
  const auto touched = actor.user_id == kUserOfTheFile
                           ? store_.touch_file_key(actor.key_fingerprint, clock_.now())
                           : store_.touch(actor.key_fingerprint, clock_.now());
  if (!touched) {
    log::warn("key {}: {}", actor.key_fingerprint, touched.error().for_log());
  }
}

Result<std::vector<state::KeyRow>> KeyOwners::list() {
  auto rows = TRY(store_.list());
  for (const state::PublicKey& key : keys_of_file()) {
    const auto last_use = TRY(store_.file_key_use(key.fingerprint));
    rows.push_back({key,
                    display_name(key),
                    kUserOfTheFile,
                    std::string(kAdminKeysUser),
                    Role::Admin,
                    {},
                    last_use});
  }
  return rows;
}

Result<state::KeyRow> KeyOwners::add(const Actor& actor, const state::NewKey& key) {
  TRY(check_person_name(key.name));
  auto row = TRY(store_.add(key, clock_.now()));
  log::info("key {} ({}) of {} was added by {}", row.key.fingerprint, row.name, row.user,
            actor.name);
  return row;
}

Result<void> KeyOwners::remove(const std::string& fingerprint) {
  const auto in_file = keys_of_file();
  const auto removed = store_.remove(fingerprint);
  if (removed || removed.error().code != ErrorCode::NotFound) {
    return removed;
  }
  for (const state::PublicKey& key : in_file) {
    if (key.fingerprint == fingerprint) {
      return Error{ErrorCode::Conflict, "this key is in the server's admin_keys file",
                   fmt::format("take its line out of {} on the server", admin_keys_.string()), ""};
    }
  }
  return removed;
}

}  // namespace minpaas::hooks
