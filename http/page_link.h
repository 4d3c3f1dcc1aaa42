#pragma once

#include "http/command_words.h"
#include "http/request.h"
#include "http/route.h"

namespace minpaas::http {

/// Rows of a part of a list when the request does not say.
constexpr int kUsualPage = 50;

/// How many rows the request wants of a list that is read in parts. Where it does not say, puts
/// into `call` kUsualPage for the newest of a record, and kMostRows for all that there is.
int page_size(const Route& route, CommandWords& call);

/// Gives a full part of a list the header `Link: <...>; rel="next"` (RFC 8288), with which the next
/// one is asked for. `size` is what page_size() said.
void add_next_link(const Route& route, const Request& request, int size, Reply& reply);

}  // namespace minpaas::http
