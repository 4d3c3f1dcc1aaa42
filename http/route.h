#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "sshd/commands/command.h"

namespace minpaas::http {

/// Where a request has the value of a field.
enum class Place { Path, Query, Body };
/// Pairs: an object whose members become KEY=VALUE words.
enum class Kind { Text, Number, Flag, List, Pairs };
/// What the value becomes for the command.
enum class Role { Operand, Option, Input };

/// One thing that a request says, and what it is for the command.
struct Field {
  std::string name;
  Place place = Place::Body;
  Kind kind = Kind::Text;
  Role role = Role::Operand;
  /// Of the option.
  std::string option = {};
  bool required = false;
  std::string description = {};
};

/// What the answer is made of.
enum class Answer {
  /// What the command prints with --json.
  Json,
  /// The same at the end of a deploy, whose lines a stream has.
  Deploy,
  /// One JSON value a line: a list, or a stream.
  Lines,
  /// What a program prints.
  Program,
  /// Not the answer of a command.
  Health,
  OpenApi,
  Metrics,
};

/// A route stands for one command: its fields are the command's operands and options, and the
/// command says what is right and who may.
struct Route {
  std::string_view method;
  /// `/apps/{name}/config`
  std::string_view pattern;
  /// Null where no command answers.
  const sshd::commands::Command* command = nullptr;
  std::string_view summary;
  Answer answer = Answer::Json;
  int success = 200;
  std::vector<Field> fields = {};
  /// An option that repeats the value of a field, which the path has said already.
  std::map<std::string, std::string> repeats = {};
  /// Of a list that is read in parts: the member of its rows that the next part begins behind;
  /// empty: it is not.
  std::string_view page_key = {};

  /// The field that takes it: `before`, older rows, or `after`, those that follow.
  [[nodiscard]] std::string_view page_cursor() const;

  [[nodiscard]] bool needs_token() const {
    return answer != Answer::Health && answer != Answer::OpenApi;
  }
};

/// All routes. Thread: any, never changes.
std::span<const Route> route_table();

struct RouteMatch {
  const Route* route = nullptr;
  std::map<std::string, std::string> path;
};

/// Problems: 404, 405 with Allow. HEAD is answered like GET.
OrProblem<RouteMatch> find_route(std::string_view method, const std::vector<std::string>& segments);

}  // namespace minpaas::http
