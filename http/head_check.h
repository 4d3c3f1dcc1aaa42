#pragma once

#include <string>
#include <string_view>

namespace minpaas::http {

enum class HeadFault { None, Malformed, NoLength };

/// Looks at the head of a request, its empty line included. Malformed: line ends other than CRLF,
/// folded lines, blanks before a colon, control characters, a second Host, Content-Length,
/// Authorization or Idempotency-Key. NoLength: a Transfer-Encoding, which no client of ours needs.
HeadFault check_head(std::string_view head);

/// A head that is right without its Range fields, which no answer of ours has a use for, and
/// httplib would cut all of them by (RFC 9110, section 14.2: a server may ignore them).
std::string without_ranges(std::string_view head);

/// Whether a head that is right says no length though its method may have a body: then there is
/// none (RFC 9112 section 6.3), which httplib has to be told.
bool lacks_length(std::string_view head);

}  // namespace minpaas::http
