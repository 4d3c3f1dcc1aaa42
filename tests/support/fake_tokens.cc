#include "tests/support/fake_tokens.h"

#include <fmt/format.h>

namespace minpaas::test {

Result<std::vector<state::TokenRow>> FakeTokens::list(const Actor&) {
  TRY(is_up_());
  std::vector<state::TokenRow> rows;
  for (const auto& [name, row] : rows_) {
    rows.push_back(row);
  }
  return rows;
}

Result<hooks::NewToken> FakeTokens::create(const Actor& actor, const hooks::TokenRequest& request) {
  TRY(is_up_());
  if (rows_.contains(request.name)) {
    return Error{ErrorCode::AlreadyExists, "there is a token with this name", "", ""};
  }
  state::TokenRow row{fmt::format("{:010x}", rows_.size() + 1),
                      request.name,
                      {actor.user_id, "", actor.name, actor.role},
                      AccessScope(request.scope),
                      clock_.now(),
                      {},
                      {}};
  if (request.lifetime) {
    row.expires_at = clock_.now() + *request.lifetime;
  }
  rows_.emplace(request.name, row);
  return hooks::NewToken{row, "secret-" + request.name};
}

Result<state::TokenRow> FakeTokens::revoke(const Actor&, const std::string& name,
                                           const std::optional<std::string>& owner) {
  TRY(is_up_());
  const auto found = rows_.find(name);
  if (found == rows_.end() || (owner && found->second.owner.name != *owner)) {
    return Error{ErrorCode::NotFound, "there is no token with this name or id", "list them: tokens",
                 ""};
  }
  const auto row = found->second;
  rows_.erase(found);
  return row;
}

std::optional<state::TokenRow> FakeTokens::find_row(std::string_view secret) {
  constexpr std::string_view kMark = "secret-";
  const auto found = secret.starts_with(kMark)
                         ? rows_.find(std::string(secret.substr(kMark.size())))
                         : rows_.end();
  return found == rows_.end() ? std::nullopt : std::optional(found->second);
}

Result<Actor> FakeTokens::authenticate(std::string_view secret, const std::string& from) {
  const auto row = find_row(secret);
  if (!row) {
    return Error{ErrorCode::PermissionDenied, "this token is not known", "", ""};
  }
  if (row->expires_at && *row->expires_at <= clock_.now()) {
    return Error{ErrorCode::PermissionDenied, "the token has expired", "", ""};
  }
  return Actor{.user_id = *row->owner.user_id,
               .name = row->owner.name,
               .role = row->owner.role,
               .key_fingerprint = "",
               .from = from,
               .scope = row->scope,
               .expires_at = row->expires_at,
               .token_id = row->id};
}

}  // namespace minpaas::test
