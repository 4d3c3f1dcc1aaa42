#include "hooks/access/local_tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "hooks/access/app_access.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostNameCharacters = 64;
constexpr std::size_t kMostRules = 32;

Result<void> check(const TokenRequest& request) {
  const bool fits = std::ranges::all_of(request.name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  if (request.name.empty() || request.name.size() > kMostNameCharacters || !fits ||
      request.name.front() == '.') {
    return Error{
        ErrorCode::InvalidInput, "that is no name for a token",
        fmt::format("1 to {} of a-z, A-Z, 0-9, - _ . and not . at first", kMostNameCharacters), ""};
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
  state::TokenRow row{secret.id, request.name, owner_of(actor), AccessScope(request.scope), now, {},
                      {}};
  if (request.lifetime) {
    row.expires_at = now + *request.lifetime;
  }
  TRY(require_within_life(actor, row.expires_at));
  TRY(store_.add(row, secret));
  log::info("token {} ({}) was made by {}", row.id, row.name, actor.name);
  return NewToken{row, secret.text};
}

Result<state::TokenRow> LocalTokens::find(const Actor& actor, const std::string& name,
                                          const std::optional<std::string>& owner) {
  const auto is_meant = [&](const state::TokenRow& row) {
    return row.id == name ||
           (row.name == name && (owner ? row.owner.name == *owner : is_of(row, actor)));
  };
  auto rows = TRY(store_.list());
  const bool is_others = std::ranges::any_of(
      rows, [&](const state::TokenRow& row) { return row.id == name && !is_of(row, actor); });
  if (actor.role != Role::Admin) {
    std::erase_if(rows, [&](const state::TokenRow& row) { return !is_of(row, actor); });
  }
  std::erase_if(rows, [&](const state::TokenRow& row) { return !is_meant(row); });
  if (rows.empty()) {
    const Error none{ErrorCode::NotFound, "there is no token with this name or id",
                     actor.role == Role::Admin
                         ? "list them: tokens; of another: tokens:revoke NAME --user "
                           "USER"
                         : "list them: tokens",
                     ""};
    return is_others ? hidden(none) : none;
  }
  if (rows.size() > 1) {
    return Error{ErrorCode::Conflict, fmt::format("there are {} such tokens", rows.size()),
                 "say the id; `tokens` lists them", ""};
  }
  return rows.front();
}

Result<state::TokenRow> LocalTokens::revoke(const Actor& actor, const std::string& name,
                                            const std::optional<std::string>& owner) {
  if (owner && *owner != actor.name) {
    TRY(require_admin(actor));
  }
  auto row = TRY(find(actor, name, owner));
  TRY(store_.remove(row.id));
  log::info("token {} ({}) of {} was revoked by {}", row.id, row.name, row.owner.name, actor.name);
  return row;
}

Result<Actor> LocalTokens::actor_of(const Result<state::TokenRow>& row, const std::string& from) {
  if (!row) {
    return row.error().code == ErrorCode::NotFound
               ? refused("this token is not known; it may have been revoked")
               : row.error();
  }
  if (row->expires_at && *row->expires_at <= clock_.now()) {
    return refused(fmt::format("the token {} has expired", row->name));
  }
  if (!row->owner.user_id && !owners_.is_in_file(row->owner.file_key)) {
    return refused(fmt::format("the owner of the token {} is gone", row->name));
  }
  return Actor{.user_id = row->owner.user_id.value_or(KeyOwners::kUserOfTheFile),
               .name = row->owner.name,
               .role = row->owner.role,
               .key_fingerprint = row->owner.file_key,
               .from = from,
               .scope = row->scope,
               .expires_at = row->expires_at,
               .token_id = row->id};
}

Result<Actor> LocalTokens::authenticate(std::string_view secret, const std::string& from) {
  const auto row = store_.find_by_secret(secret);
  auto actor = TRY(actor_of(row, from));
  if (const auto touched = store_.touch(*row, clock_.now()); !touched) {
    log::warn("token {}: {}", row->id, touched.error().for_log());
  }
  return actor;
}

std::optional<state::TokenRow> LocalTokens::find_row(std::string_view secret) {
  const auto row = store_.find_by_secret(secret);
  return row ? std::optional(*row) : std::nullopt;
}

Result<Actor> LocalTokens::renew(const Actor& actor) {
  return actor_of(store_.find(actor.token_id), actor.from);
}

}  // namespace minpaas::hooks
