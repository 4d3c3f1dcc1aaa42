#pragma once

#include <string_view>

namespace minpaas::http {

enum class HeadFault { None, Malformed, NoLength };

/// Looks at the head of a request, its empty line included. Malformed: line ends other than CRLF,
/// folded lines, blanks before a colon, control characters, a second Host, Content-Length,
/// Authorization or Idempotency-Key. NoLength: a Transfer-Encoding, which no client of ours needs.
HeadFault check_head(std::string_view head);

}  // namespace minpaas::http
