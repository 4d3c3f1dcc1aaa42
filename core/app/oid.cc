#include "core/app/oid.h"

#include <algorithm>

#include "core/base/text.h"

namespace minpaas {

Result<Oid> Oid::parse(std::string_view hex) {
  auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != kRawBytes) {
    return Error{ErrorCode::InvalidInput, "not a git object id", "", ""};
  }
  Oid oid;
  std::copy(bytes->begin(), bytes->end(), oid.raw_.begin());
  return oid;
}

std::string Oid::hex() const {
  return to_hex(raw_);
}

}  // namespace minpaas
