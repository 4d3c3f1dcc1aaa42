#include "http/command_call.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "core/base/log.h"
#include "core/base/text.h"
#include "sshd/commands/run_command.h"

namespace minpaas::http {
namespace {

namespace commands = sshd::commands;
using sshd::ExecRequest;
using Json = nlohmann::ordered_json;

/// Of an answer that is not streamed.
constexpr std::size_t kMostAnswerBytes = 16 * 1024 * 1024;
constexpr std::size_t kMostProgramBytes = 1024 * 1024;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// The error that a command prints by itself, which the end of a deploy or build does.
std::optional<Problem> printed_problem(const std::string& err) {
  const Json json = Json::parse(err, nullptr, false);
  if (!json.is_object() || !json.contains("error")) {
    return std::nullopt;
  }
  const Json& error = json["error"];
  const auto text = [&](const char* name) {
    return error.contains(name) && error[name].is_string() ? error[name].get<std::string>() : "";
  };
  const std::int64_t deploy =
      error.contains("deploy") && error["deploy"].is_number() ? error["deploy"].get<int>() : 0;
  for (const ErrorCode code :
       {ErrorCode::InvalidInput, ErrorCode::NotFound, ErrorCode::PermissionDenied,
        ErrorCode::Conflict, ErrorCode::Cancelled, ErrorCode::Timeout, ErrorCode::Busy,
        ErrorCode::Unavailable, ErrorCode::NoSpace}) {
    if (to_string(code) == text("code")) {
      return problem_from({code, text("message"), text("hint"), ""}, deploy);
    }
  }
  return problem_from({ErrorCode::Failed, text("message"), text("hint"), ""}, deploy);
}

/// A hint of the command line is of no use here.
Problem misuse(const Error& error) {
  Problem problem = problem_from(error);
  problem.hint = "GET /openapi.json describes the fields";
  return problem;
}

/// A command in front of nobody but these streams.
class Front {
 public:
  Front(const CallParts& parts, const Actor& actor, const commands::Arguments& args,
        const std::string& input, ByteWriter& out, ByteWriter& err, commands::Form form,
        std::stop_token gone)
      : in_(input),
        request_{.actor = actor, .command = "", .env = {}, .window = {}, .terminal_type = {}},
        streams_{in_, out, err, std::move(gone)},
        out_(out, err, form),
        call_{actor, parts.platform, parts.clock, args,     out_,
              in_,   streams_.gone,  false,       request_, streams_} {}

  commands::Output& output() { return out_; }

  commands::Invocation& call() { return call_; }

 private:
  TextReader in_;
  ExecRequest request_;
  ExecStreams streams_;
  commands::Output out_;
  commands::Invocation call_;
};

/// Where the last connection was cut, from Last-Event-ID: `PLACE~N` or a number.
struct Resume {
  std::string place;
  int count = 0;
};

class Call {
 public:
  Call(const CallParts& parts, const Route& route, const Actor& actor, CommandWords words,
       EventSink& events, std::stop_token gone)
      : parts_(parts),
        route_(route),
        actor_(actor),
        words_(std::move(words)),
        events_(events),
        gone_(std::move(gone)) {}

  void resume_at(Resume resume) { skip_ = std::move(resume); }

  std::optional<Reply> run(Form form) {
    const auto args = commands::Arguments::parse(*route_.command, words_.words);
    if (!args) {
      return reply_from(misuse(args.error()));
    }
    if (form == Form::Stream) {
      events_.expect();
    }
    if (route_.answer == Answer::Program) {
      return form == Form::Stream ? stream_program(*args) : whole_program(*args);
    }
    if (route_.answer == Answer::Lines) {
      return form == Form::Stream ? stream_lines(*args) : whole_lines(*args);
    }
    return plain(*args, form);
  }

 private:
  using Listener = commands::Output::Listener;

  Result<int> execute(const commands::Arguments& args, ByteWriter& out, ByteWriter& err,
                      commands::Form form, Listener listener = {}) {
    Front front(parts_, actor_, args, words_.input, out, err, form, gone_);
    front.output().listen(std::move(listener));
    auto status = commands::run_command(*route_.command, front.call());
    if (!status && !status.error().cause.empty()) {
      log::warn("{} for {}: {}", route_.command->verb, actor_.name, status.error().for_log());
    }
    return status;
  }

  std::optional<Reply> fail(const Problem& problem) {
    if (!events_.has_begun()) {
      return reply_from(problem);
    }
    events_.send("problem", "", to_json(problem));
    return std::nullopt;
  }

  /// The lines of a deploy have the ids that they have in the stream of its output.
  Listener progress_of(const commands::Arguments& args) {
    return {.line =
                [this](std::string_view line) {
                  const std::string id = in_deploy_ ? std::to_string(++lines_) : "";
                  return events_.send("progress", id, dump(Json{{"line", line}}));
                },
            .deploy =
                [this, app = commands::apps_of(*route_.command, args)](std::int64_t deploy) {
                  in_deploy_ = true;
                  lines_ = 0;
                  return app.empty() ||
                         events_.send("deploy", "", deploy_json(app.front(), deploy));
                }};
  }

  static std::string deploy_json(const std::string& app, std::int64_t deploy) {
    return dump(Json{{"app", app},
                     {"deploy", deploy},
                     {"output", fmt::format("/apps/{}/builds/output?id={}", app, deploy)}});
  }

  std::optional<Reply> plain(const commands::Arguments& args, Form form) {
    TextWriter out(kMostAnswerBytes);
    TextWriter err(kMostProgramBytes);
    const auto status = execute(args, out, err, commands::Form::Json,
                                form == Form::Stream ? progress_of(args) : Listener());
    if (!status) {
      return fail(problem_from(status.error()));
    }
    if (const auto problem = printed_problem(err.text())) {
      return fail(*problem);
    }
    if (form == Form::Whole) {
      return Reply{.status = route_.success, .body = out.text()};
    }
    events_.send("outcome", "", dump(Json::parse(out.text(), nullptr, false)));
    return std::nullopt;
  }

  std::optional<Reply> whole_lines(const commands::Arguments& args) {
    std::string body;
    LineWriter out([&](std::string_view line) {
      body += fmt::format("{}{}", body.empty() ? "[\n" : ",\n", line);
      return body.size() < kMostAnswerBytes;
    });
    TextWriter err(kMostProgramBytes);
    const auto status = execute(args, out, err, commands::Form::Json);
    if (body.size() >= kMostAnswerBytes) {
      return reply_from({.status = 422,
                         .code = "invalid_input",
                         .detail = "this is too much for one answer",
                         .hint = "ask for less, or send Accept: text/event-stream"});
    }
    // A list that ends early looks whole.
    if (!status) {
      return reply_from(problem_from(status.error()));
    }
    return Reply{.body = body.empty() ? "[]\n" : body + "\n]\n"};
  }

  std::optional<Reply> stream_lines(const commands::Arguments& args) {
    LineWriter out([&](std::string_view line) { return send_line(line); });
    TextWriter err(kMostProgramBytes);
    const auto status = execute(args, out, err, commands::Form::Json);
    if (!status) {
      return fail(problem_from(status.error()));
    }
    if (const auto problem = printed_problem(err.text())) {
      return fail(*problem);
    }
    events_.send("end", "", dump(Json{{"status", *status}}));
    return std::nullopt;
  }

  /// With an id that says where to go on: the time and how many lines had it, or the number.
  bool send_line(std::string_view line) {
    const Json json = Json::parse(line, nullptr, false);
    ++lines_;
    if (!json.is_object() || !json.contains("time")) {
      return lines_ <= skip_.count || events_.send("line", std::to_string(lines_), line);
    }
    const auto time = json["time"].get<std::string>();
    same_time_ = time == last_time_ ? same_time_ + 1 : 1;
    last_time_ = time;
    if (time == skip_.place && same_time_ <= skip_.count) {
      return true;
    }
    return events_.send("line", fmt::format("{}~{}", time, same_time_), line);
  }

  std::optional<Reply> whole_program(const commands::Arguments& args) {
    TextWriter out(kMostProgramBytes);
    TextWriter err(kMostProgramBytes);
    const auto status = execute(args, out, err, commands::Form::People);
    if (!status) {
      return reply_from(problem_from(status.error()));
    }
    return Reply{.body = dump(Json{{"status", *status},
                                   {"stdout", out.text()},
                                   {"stderr", err.text()},
                                   {"truncated", out.is_cut() || err.is_cut()}}) +
                         "\n"};
  }

  std::optional<Reply> stream_program(const commands::Arguments& args) {
    const auto sender = [&](const char* name) {
      return [this, name](std::string_view line) {
        return events_.send(name, "", dump(Json{{"line", line}}));
      };
    };
    LineWriter out(sender("stdout"));
    LineWriter err(sender("stderr"));
    const auto status = execute(args, out, err, commands::Form::People);
    out.finish();
    err.finish();
    if (!status) {
      return fail(problem_from(status.error()));
    }
    events_.send("outcome", "", dump(Json{{"status", *status}}));
    return std::nullopt;
  }

  const CallParts& parts_;
  const Route& route_;
  const Actor& actor_;
  CommandWords words_;
  EventSink& events_;
  std::stop_token gone_;
  Resume skip_;
  int lines_ = 0;
  bool in_deploy_ = false;
  int same_time_ = 0;
  std::string last_time_;
};

std::optional<Resume> parse_resume(std::string_view id) {
  const auto mark = id.rfind('~');
  const auto count =
      parse_number(mark == std::string_view::npos ? id : id.substr(mark + 1), "", 1, 1'000'000'000);
  if (!count) {
    return std::nullopt;
  }
  if (mark == std::string_view::npos) {
    return Resume{"", static_cast<int>(*count)};
  }
  const auto time = parse_rfc3339(id.substr(0, mark));
  return time ? std::optional(Resume{format_rfc3339(*time), static_cast<int>(*count)})
              : std::nullopt;
}

}  // namespace

std::optional<Reply> call_command(const CallParts& parts, const Route& route, const Actor& actor,
                                  CommandWords call, const CallForm& form, EventSink& events,
                                  std::stop_token gone) {
  const auto resume = parse_resume(form.last_event_id);
  if (resume && !resume->place.empty()) {
    // From there on, however many lines that are.
    std::erase_if(call.words, [](const commands::Word& word) {
      return word.text.starts_with("--tail=") || word.text.starts_with("--limit=");
    });
    call.words.insert(call.words.begin(), {"--since=" + resume->place});
  }
  Call running(parts, route, actor, std::move(call), events, std::move(gone));
  if (resume) {
    running.resume_at(*resume);
  }
  return running.run(form.form);
}

std::optional<Problem> refuse_again(const CallParts& parts, const Route& route, const Actor& actor,
                                    CommandWords call, minpaas::Role role_then) {
  const auto args = commands::Arguments::parse(*route.command, call.words);
  if (!args) {
    return misuse(args.error());
  }
  TextWriter nowhere(0);
  Front front(parts, actor, *args, call.input, nowhere, nowhere, commands::Form::Json, {});
  const auto allowed = commands::require_allowed_again(*route.command, front.call(), role_then);
  return allowed ? std::nullopt : std::optional(problem_from(allowed.error()));
}

}  // namespace minpaas::http
