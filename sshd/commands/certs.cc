#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/text.h"
#include "hooks/service/certificates.h"
#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/progress.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

using hooks::AppCertificates;
using hooks::Automatic;
using hooks::CertificateState;
using hooks::HostCertificate;

constexpr Operand kApp{"APP"};
constexpr std::size_t kMostPemBytes = 128 * 1024;

Json json_source(const HostCertificate& host) {
  return host.source ? Json(state::to_string(*host.source)) : Json();
}

Json to_json(const HostCertificate& host) {
  return {{"host", host.host},
          {"state", hooks::to_string(host.state)},
          {"source", json_source(host)},
          {"issuer", json_text(host.issuer)},
          {"names", host.names},
          {"fingerprint", json_text(host.fingerprint)},
          {"not_before", json_time(host.not_before)},
          {"not_after", json_time(host.not_after)},
          {"last_error", json_text(host.last_error)},
          {"next_attempt_at", json_time(host.next_attempt_at)}};
}

Json to_json(const AppName& app, const AppCertificates& found) {
  Json hosts = Json::array();
  for (const HostCertificate& host : found.hosts) {
    hosts.push_back(to_json(host));
  }
  return {{"app", app.str()}, {"auto", found.automatic == Automatic::On}, {"hosts", hosts}};
}

std::string date_of(const std::optional<SystemTime>& time) {
  constexpr std::size_t kDate = 10;
  return time ? format_rfc3339(*time).substr(0, kDate) : "-";
}

/// `2026-11-25 21:52 UTC`
std::string moment_of(const std::optional<SystemTime>& time) {
  constexpr std::size_t kClockAt = 11;
  constexpr std::size_t kMinutes = 5;
  return time ? fmt::format("{} {} UTC", date_of(time),
                            format_rfc3339(*time).substr(kClockAt, kMinutes))
              : "-";
}

std::string text_or_dash(const std::string& text) {
  return text.empty() ? "-" : printable(text);
}

void print(Invocation& call, const AppCertificates& found) {
  const bool has_errors = std::ranges::any_of(
      found.hosts, [](const HostCertificate& host) { return !host.last_error.empty(); });
  std::vector<Row> rows{{"HOST", "STATE", "SOURCE", "EXPIRES", "ISSUER"}};
  if (has_errors) {
    rows.front().emplace_back("LAST ERROR");
  }
  for (const HostCertificate& host : found.hosts) {
    rows.push_back({host.host, std::string(hooks::to_string(host.state)),
                    host.source ? std::string(state::to_string(*host.source)) : "-",
                    date_of(host.not_after), text_or_dash(host.issuer)});
    if (has_errors) {
      rows.back().push_back(text_or_dash(host.last_error));
    }
  }
  call.out.table(std::move(rows));
}

Result<int> list(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto found = TRY(call.platform.certificates().list(call.actor, app));
  if (call.out.is_json()) {
    call.out.json(to_json(app, found));
    return 0;
  }
  if (found.hosts.empty()) {
    call.out.note(fmt::format("{} has no domain", app.str()));
    return 0;
  }
  print(call, found);
  call.out.note(found.automatic == Automatic::On
                    ? "They are fetched and renewed automatically"
                    : fmt::format("To have them fetched: certs:auto {} on", app.str()));
  return 0;
}

Result<int> add(Invocation& call) {
  const AppName app = TRY(call.app());
  Secret pem(TRY(call.read_input(kMostPemBytes, "the certificate and its key")));
  const auto found = TRY(call.platform.certificates().add(call.actor, app, pem));
  if (call.out.is_json()) {
    call.out.json(to_json(app, found));
    return 0;
  }
  for (const HostCertificate& host : found.hosts) {
    if (host.source == state::CertificateSource::Added) {
      call.out.note(
          fmt::format("https://{} has a certificate until {}", host.host, date_of(host.not_after)));
    }
  }
  return 0;
}

Result<int> remove(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto host = call.args.optional_operand(1);
  const auto names = TRY(call.platform.certificates().remove(call.actor, app, host));
  if (call.out.is_json()) {
    call.out.json(Json{{"app", app.str()}, {"removed", names}});
  } else {
    call.out.note(fmt::format("Removed the certificate for {}", fmt::join(names, ", ")));
  }
  return 0;
}

Result<Automatic> parse_switch(const std::string& word) {
  if (word == "on" || word == "off") {
    return word == "on" ? Automatic::On : Automatic::Off;
  }
  return Error{ErrorCode::InvalidInput, "write on or off", "certs:auto APP on", ""};
}

/// One line for all that went wrong.
Result<void> require_all(const AppName& app, const AppCertificates& found) {
  for (const HostCertificate& host : found.hosts) {
    if (!host.last_error.empty()) {
      return Error{ErrorCode::Failed,
                   fmt::format("no certificate for {}: {}", host.host, printable(host.last_error)),
                   fmt::format("it is tried again at {}; at once: certs:auto {} on",
                               moment_of(host.next_attempt_at), app.str()),
                   ""};
    }
  }
  return {};
}

void say_fetched(Invocation& call, const AppName& app, const AppCertificates& found) {
  bool any = false;
  for (const HostCertificate& host : found.hosts) {
    if (host.state != CertificateState::None) {
      any = true;
      call.out.note(fmt::format("https://{} has a certificate of {} until {}", host.host,
                                text_or_dash(host.issuer), date_of(host.not_after)));
    }
  }
  if (!any) {
    call.out.note(
        fmt::format("{} has no domain that others can resolve: its first one gets a "
                    "certificate",
                    app.str()));
  }
}

Result<int> set_automatic(Invocation& call) {
  const AppName app = TRY(call.app());
  const Automatic wanted = TRY(parse_switch(call.args.operand(1)));
  const auto found =
      TRY(call.platform.certificates().set_automatic(call.actor, app, wanted, show_progress(call)));
  if (wanted == Automatic::On) {
    TRY(require_all(app, found));
  }
  if (call.out.is_json()) {
    call.out.json(to_json(app, found));
  } else if (wanted == Automatic::On) {
    say_fetched(call, app, found);
  } else {
    call.out.note(
        fmt::format("No more certificates are fetched for {}; those that it has stay "
                    "until they expire",
                    app.str()));
  }
  return 0;
}

}  // namespace

std::vector<Command> certs_commands() {
  return {
      {.verb = "certs",
       .summary = "List the certificates of an app's domains",
       .operands = {kApp},
       .example = "blog",
       .details =
           "STATE: valid; expiring (soon); expired; none (visitors see one that nobody has\n"
           "signed); pending and failing (it is to be fetched). SOURCE: added by certs:add, or "
           "auto.",
       .only_reads = true,
       .run = list},
      {.verb = "certs:add",
       .summary = "Add a certificate (chain and key on standard input)",
       .operands = {kApp},
       .example = "blog < fullchain-and-key.pem",
       .details = "PEM: the certificate, its chain and its private key, in any order:\n"
                  "  cat fullchain.pem privkey.pem | ssh minpaas certs:add blog\n"
                  "It is shown for each domain of the app that it names, from the next connection "
                  "on; http\n"
                  "leads to https from then on. It goes before one that was fetched.",
       .when_too_many = "certificate and key come on standard input: "
                        "cat fullchain.pem privkey.pem | ssh minpaas certs:add blog",
       .needs = AppRight::Admin,
       .run = add},
      {.verb = "certs:remove",
       .summary = "Remove certificates of an app",
       .operands = {kApp, {"HOST", Arity::Optional}},
       .example = "blog www.example.com",
       .details = "With HOST those that stand for it, else all.",
       .needs = AppRight::Admin,
       .run = remove},
      {.verb = "certs:auto",
       .summary = "Fetch and renew the certificates of an app by itself",
       .operands = {kApp, {"on|off"}},
       .example = "blog on",
       .details = "Every domain that has no certificate of yours gets one from Let's Encrypt (or "
                  "the authority\n"
                  "of [certs] directory), and a new one before it expires. The domain must lead to "
                  "this server.\n"
                  "`on` again tries at once what was refused.",
       .needs = AppRight::Admin,
       .run = set_automatic},
  };
}

}  // namespace minpaas::sshd::commands
