#include "hooks/access/first_claim.h"

#include <fmt/format.h>

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

/// No row of the database has it.
constexpr std::int64_t kNobody = -1;

Error is_claimed() {
  return {ErrorCode::Conflict, "this server has an administrator already",
          "ask them to let your key in: keys:add NAME < key.pub", ""};
}

}  // namespace

Error not_claimed() {
  return {ErrorCode::PermissionDenied, "this server has no administrator yet",
          "become it with the code that the server has printed: ssh -p PORT HOST claim CODE", ""};
}

Result<void> FirstClaim::require_no_admin() {
  return TRY(keys_.has_admin()) ? is_claimed() : Result<void>();
}

std::optional<Actor> FirstClaim::stranger(std::string_view fingerprint,
                                          std::string_view blob_base64) {
  // Cheap and nearly always the end: there is no code once the server is claimed.
  const auto open = codes_.is_open(clock_.now());
  const auto admin = open && *open ? keys_.has_admin() : Result<bool>(true);
  if (!open || !admin) {
    log::error("whether the server is claimed: {}",
               (open ? admin.error() : open.error()).for_log());
    return std::nullopt;
  }
  if (*admin) {
    return std::nullopt;
  }
  return Actor{.user_id = kNobody,
               .name = "stranger",
               .role = Role::Stranger,
               .key_fingerprint = std::string(fingerprint),
               .from = "",
               .scope = AccessScope({ScopeRule{"claim", ""}}),
               .stranger_key = std::string(blob_base64)};
}

Result<std::string> FirstClaim::make_code() {
  TRY(require_no_admin());
  auto code = state::make_claim_code();
  TRY(codes_.put(code, clock_.now() + kLifetime));
  return code;
}

Result<state::KeyRow> FirstClaim::claim(const Actor& stranger, std::string_view code,
                                        const std::string& name) {
  TRY(check_person_name(name));
  if (stranger.role != Role::Stranger) {
    return is_claimed();
  }
  const std::scoped_lock one_at_a_time(claiming_);
  TRY(require_no_admin());
  if (!TRY(codes_.matches(code, clock_.now()))) {
    return Error{ErrorCode::PermissionDenied, "this is not the code, or it has expired",
                 "a fresh one, on the server: minpaasd claim-code --config FILE", ""};
  }
  auto key = TRY(state::PublicKey::from_blob(stranger.stranger_key));
  // First the key: should the server die in between, the code opens nothing any more.
  auto row = TRY(keys_.add(stranger, {std::move(key), name, name, Role::Admin}));
  TRY(codes_.forget());
  log::info("{} has claimed this server with {}", name, stranger.key_fingerprint);
  return row;
}

Result<std::string> make_code_for(const config::Settings& settings, const Clock& clock) {
  const auto file = settings.server.data_dir / "minpaas.db";
  if (!std::filesystem::exists(file)) {
    return Error{ErrorCode::NotFound, fmt::format("there is no {} yet", file.string()),
                 "start minpaasd with these settings first: it prints a code itself", ""};
  }
  const auto database = TRY(state::Database::open(file));
  state::KeyStore keys(*database);
  state::ClaimStore codes(*database);
  KeyOwners owners(keys, settings.access.admin_keys, clock);
  return FirstClaim(codes, owners, clock).make_code();
}

}  // namespace minpaas::hooks
