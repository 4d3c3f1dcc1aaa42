#include "hooks/local_tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "hooks/app_access.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostNameCharacters = 64;
constexpr std::size_t kMostRules = 32;

Result<void> check(const TokenRequest& request) {
  const bool fits = std::ranges::all_of(request.name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  if (request.name.empty() || request.name.size() > kMostNameCharacters || !fits) {
    return Error{ErrorCode::InvalidInput, "that is no name for a token",
                 fmt::format("1 to {} of a-z, A-Z, 0-9, - _ .", kMostNameCharacters), ""};
  }
  if (request.scope.size() > kMostRules) {
    return Error{ErrorCode::InvalidInput, fmt::format("a token has at most {} scopes", kMostRules),
                 "", ""};
  }
  return {};
}

bool is_of(const state::TokenRow& row, const Actor& actor) {
  return row.owner.user_id ? *row.owner.user_id == actor.user_id
                           : row.owner.file_key == actor.key_fingerprint;
}

state::TokenOwner owner_of(const Actor& actor) {
  if (actor.user_id == KeyOwners::kUserOfTheFile) {
    return {std::nullopt, actor.key_fingerprint, actor.name, actor.role};
  }
  return {actor.user_id, "", actor.name, actor.role};
}

Error refused(std::string message) {
  return {ErrorCode::PermissionDenied, std::move(message),
          "make a token: ssh minpaas tokens:create NAME", ""};
}

}  // namespace

Result<std::vector<state::TokenRow>> LocalTokens::list(const Actor& actor) {
  auto rows = TRY(store_.list());
  if (actor.role != Role::Admin) {
    std::erase_if(rows, [&](const state::TokenRow& row) { return !is_of(row, actor); });
  }
  return rows;
}

Result<NewToken> LocalTokens::create(const Actor& actor, const TokenRequest& request) {
  TRY(check(request));
  TRY(require_whole_scope(actor));
  const SystemTime now = clock_.now();
  const auto secret = state::TokenSecret::make();
  state::TokenRow row{secret.id, request.name, owner_of(actor), TokenScope(request.scope), now, {},
                      {}};
  if (request.lifetime) {
    row.expires_at = now + *request.lifetime;
  }
  TRY(store_.add(row, secret));
  log::info("token {} ({}) was made by {}", row.id, row.name, actor.name);
  return NewToken{row, secret.text};
}

Result<state::TokenRow> LocalTokens::revoke(const Actor& actor, const std::string& name) {
  const auto rows = TRY(list(actor));
  auto found = std::ranges::find(rows, name, &state::TokenRow::name);
  if (found == rows.end()) {
    found = std::ranges::find(rows, name, &state::TokenRow::id);
  }
  if (found == rows.end()) {
    return Error{ErrorCode::NotFound, "there is no token with this name or id", "list them: tokens",
                 ""};
  }
  TRY(store_.remove(found->id));
  log::info("token {} ({}) was revoked by {}", found->id, found->name, actor.name);
  return *found;
}

Result<Actor> LocalTokens::authenticate(std::string_view secret, const std::string& from) {
  const auto row = store_.find_by_secret(secret);
  if (!row) {
    return row.error().code == ErrorCode::NotFound
               ? refused("this token is not known; it may have been revoked")
               : row.error();
  }
  const SystemTime now = clock_.now();
  if (row->expires_at && *row->expires_at <= now) {
    return refused(fmt::format("the token {} has expired", row->name));
  }
  if (!row->owner.user_id && !owners_.is_in_file(row->owner.file_key)) {
    return refused(fmt::format("the owner of the token {} is gone", row->name));
  }
  if (const auto touched = store_.touch(*row, now); !touched) {
    log::warn("token {}: {}", row->id, touched.error().for_log());
  }
  return Actor{.user_id = row->owner.user_id.value_or(KeyOwners::kUserOfTheFile),
               .name = row->owner.name,
               .role = row->owner.role,
               .key_fingerprint = row->owner.file_key,
               .from = from,
               .scope = row->scope};
}

}  // namespace minpaas::hooks
