#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sshd/commands/invocation.h"
#include "sshd/commands/json.h"
#include "sshd/commands/nouns.h"
#include "sshd/commands/table.h"

namespace minpaas::sshd::commands {
namespace {

constexpr Operand kApp{"APP"};
constexpr Operand kHosts{"HOST", Arity::Several};

std::string_view to_string(hooks::DomainSource source) {
  return source == hooks::DomainSource::Platform ? "platform" : "added";
}

Result<std::vector<HostName>> parse_hosts(std::span<const Word> words) {
  std::vector<HostName> hosts;
  for (const Word& word : words) {
    hosts.push_back(TRY(HostName::parse(word.text)));
  }
  return hosts;
}

std::vector<std::string> texts(const std::vector<HostName>& hosts) {
  std::vector<std::string> words;
  for (const HostName& host : hosts) {
    words.push_back(host.str());
  }
  return words;
}

Result<int> list(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto domains = TRY(call.platform.domains().list(call.actor, app));
  if (call.out.is_json()) {
    Json all = Json::array();
    for (const auto& domain : domains) {
      all.push_back({{"host", domain.host},
                     {"source", to_string(domain.source)},
                     {"added_at", json_time(domain.added_at)}});
    }
    call.out.json(std::move(all));
    return 0;
  }
  if (domains.empty()) {
    call.out.note(fmt::format("{0} has no domains yet. Add one: domains:add {0} HOST", app.str()));
    return 0;
  }
  std::vector<Row> rows{{"HOST", "SOURCE", "ADDED"}};
  for (const auto& domain : domains) {
    rows.push_back({domain.host, std::string(to_string(domain.source)),
                    domain.added_at ? format_age(*domain.added_at, call.clock.now()) : "-"});
  }
  call.out.table(std::move(rows));
  return 0;
}

Result<int> add(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto hosts = TRY(parse_hosts(call.args.operands_from(1)));
  const auto added = texts(TRY(call.platform.domains().add(call.actor, app, hosts)));
  if (call.out.is_json()) {
    call.out.json(Json{{"app", app.str()}, {"added", added}});
    return 0;
  }
  call.out.note(added.empty() ? fmt::format("{} has them already", app.str())
                              : fmt::format("Added {} to {}", fmt::join(added, ", "), app.str()));
  if (!added.empty()) {
    call.out.note(fmt::format(
        "hint: let the DNS lead there: an A or AAAA record with the address of the server; for "
        "https: certs {}",
        app.str()));
  }
  return 0;
}

Result<int> remove(Invocation& call) {
  const AppName app = TRY(call.app());
  const auto hosts = TRY(parse_hosts(call.args.operands_from(1)));
  TRY(call.platform.domains().remove(call.actor, app, hosts));
  if (call.out.is_json()) {
    call.out.json(Json{{"app", app.str()}, {"removed", texts(hosts)}});
  } else {
    call.out.note(fmt::format("Removed {} from {}", fmt::join(texts(hosts), ", "), app.str()));
  }
  return 0;
}

}  // namespace

std::vector<Command> domains_commands() {
  return {
      {.verb = "domains",
       .summary = "List the host names of an app",
       .operands = {kApp},
       .example = "blog",
       .only_reads = true,
       .run = list},
      {.verb = "domains:add",
       .summary = "Give an app more host names",
       .operands = {kApp, kHosts},
       .example = "blog www.example.com example.com",
       .details =
           "They hold at once, for all releases, and no connection is cut. Makes no release.\n"
           "*.example.com stands for one label more, where no app has the name itself.",
       .needs = AppRight::Admin,
       .run = add},
      {.verb = "domains:remove",
       .summary = "Take host names from an app",
       .operands = {kApp, kHosts},
       .example = "blog www.example.com",
       .needs = AppRight::Admin,
       .run = remove},
  };
}

}  // namespace minpaas::sshd::commands
