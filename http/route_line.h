#pragma once

#include "http/route.h"

namespace minpaas::http {

/// A route as it is written down. The fields follow from the command: `APP` is `name`, other
/// operands and options have their own names in lower case with `_`; they are in the path where the
/// pattern has them, else in the query (GET, DELETE) or the body.
struct RouteLine {
  std::string_view method;
  std::string_view pattern;
  std::string_view verb;
  Answer answer = Answer::Json;
  int success = 200;
  /// Operand or option -> name of the field, where it is another one. Empty: not offered. `=name`:
  /// the value of that field again.
  std::map<std::string_view, std::string_view> names = {};
  /// Fields whose texts, one after another, are the command's standard input.
  std::vector<Field> input = {};
  /// Operands between the app and the others that the table of commands has inside one.
  std::vector<Field> more = {};
  /// As Route::page_key.
  std::string_view page_key = {};
};

Route make_route(const RouteLine& line);

}  // namespace minpaas::http
