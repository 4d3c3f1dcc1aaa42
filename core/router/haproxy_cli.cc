#include "core/router/haproxy_cli.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "core/base/fd.h"
#include "core/base/text.h"

namespace minpaas::router {
namespace {

constexpr seconds kDeadline{5};
/// Bit of srv_admin_state: SRV_ADMF_FMAINT, put there by a command.
constexpr int kForcedMaintenance = 0x01;

Error unavailable(int error_number) {
  return {ErrorCode::Unavailable, "HAProxy does not answer", "",
          fmt::format("its socket: {}", std::strerror(error_number))};
}

Error not_understood(std::string_view what, std::string_view text) {
  return {ErrorCode::Corrupt, fmt::format("HAProxy answered {} in an unknown form", what), "",
          std::string(text.substr(0, 200))};
}

std::vector<std::string> fields_of(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> fields;
  for (std::string field; stream >> field;) {
    fields.push_back(field);
  }
  return fields;
}

Result<Fd> connect_to(const std::filesystem::path& path) {
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!socket || path.string().size() >= sizeof(address.sun_path)) {
    return unavailable(socket ? ENAMETOOLONG : errno);
  }
  std::memcpy(address.sun_path, path.c_str(), path.string().size() + 1);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return unavailable(errno);
  }
  return socket;
}

Result<std::string> read_to_end(const Fd& socket) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  std::string answer;
  std::array<char, 16384> buffer{};
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd entry{socket.get(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&entry, 1, static_cast<int>(left.count())) == 0) {
      return Error{ErrorCode::Timeout, "HAProxy does not answer in time", "", ""};
    }
    const auto count = ::read(socket.get(), buffer.data(), buffer.size());
    if (count == 0) {
      return answer;
    }
    if (count < 0 && errno != EINTR) {
      return unavailable(errno);
    }
    answer.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
}

}  // namespace

Result<HaproxyProcesses> parse_processes(std::string_view text) {
  HaproxyProcesses processes;
  bool has_master = false;
  for (const std::string_view line : split(text, '\n')) {
    // `13832 master 1 [failed: 0] 0d00h00m09s 2.6.12`, `13935 worker 0 0d00h00m01s 2.6.12`
    const auto fields = fields_of(line);
    if (fields.size() >= 5 && fields[1] == "master") {
      has_master = true;
      processes.reloads =
          static_cast<int>(TRY(parse_number(fields[2], "reloads", 0, 1'000'000'000)));
      const std::string_view failed = std::string_view(fields[4]).substr(0, fields[4].find(']'));
      processes.failed_reloads =
          static_cast<int>(TRY(parse_number(failed, "failed reloads", 0, 1'000'000'000)));
    } else if (fields.size() >= 3 && fields[1] == "worker") {
      processes.workers.push_back(
          static_cast<int>(TRY(parse_number(fields[0], "worker", 1, 1'000'000'000))));
    }
  }
  return has_master ? Result<HaproxyProcesses>(processes) : not_understood("'show proc'", text);
}

Result<std::map<std::string, HaproxyServer>> parse_servers(std::string_view text) {
  // be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state ... srv_port (19th)
  constexpr std::size_t kName = 3;
  constexpr std::size_t kAddress = 4;
  constexpr std::size_t kAdminState = 6;
  constexpr std::size_t kPort = 18;
  std::map<std::string, HaproxyServer> servers;
  const auto lines = split(text, '\n');
  if (lines.empty() || trim(lines.front()) != "1") {
    return not_understood("'show servers state'", text);
  }
  for (const std::string_view line : lines) {
    const auto fields = fields_of(line);
    if (fields.size() <= kPort || line.starts_with("#")) {
      continue;
    }
    const auto admin = TRY(parse_number(fields[kAdminState], "state", 0, 1'000'000));
    const auto port = TRY(parse_number(fields[kPort], "port", 0, 65535));
    servers.emplace(fields[kName],
                    HaproxyServer{fields[kAddress], static_cast<int>(port),
                                  (static_cast<int>(admin) & kForcedMaintenance) != 0});
  }
  return servers;
}

Result<std::map<std::string, int>> parse_sessions(std::string_view csv) {
  // # pxname,svname,qcur,qmax,scur,...
  constexpr std::size_t kName = 1;
  constexpr std::size_t kCurrent = 4;
  std::map<std::string, int> sessions;
  if (!csv.starts_with("# pxname,svname,qcur,qmax,scur,")) {
    return not_understood("'show stat'", csv);
  }
  for (const std::string_view line : split(csv, '\n')) {
    const auto fields = split(line, ',');
    if (fields.size() > kCurrent && !line.starts_with("#")) {
      const auto current = TRY(parse_number(fields[kCurrent], "sessions", 0, 1'000'000'000));
      sessions.emplace(fields[kName], static_cast<int>(current));
    }
  }
  return sessions;
}

std::vector<HaproxyStream> parse_streams(std::string_view text) {
  std::vector<HaproxyStream> streams;
  for (const std::string_view line : split(text, '\n')) {
    // `0x55e3: proto=tcpv4 src=127.0.0.1:4 fe=port-blog be=app-blog srv=c-0123456789ab ts=00 ...`
    HaproxyStream stream;
    for (const std::string_view field : fields_of(line)) {
      if (field.starts_with("0x") && field.ends_with(':')) {
        stream.id = field.substr(0, field.size() - 1);
      } else if (field.starts_with("be=")) {
        stream.backend = field.substr(3);
      } else if (field.starts_with("srv=")) {
        stream.server = field.substr(4);
      }
    }
    if (!stream.id.empty()) {
      streams.push_back(std::move(stream));
    }
  }
  return streams;
}

Result<std::string> HaproxyCli::ask(std::string_view command) const {
  const Fd socket = TRY(connect_to(socket_));
  const std::string line = std::string(command) + "\n";
  if (::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(line.size())) {
    return unavailable(errno);
  }
  ::shutdown(socket.get(), SHUT_WR);
  return read_to_end(socket);
}

Result<std::string> HaproxyCli::ask_worker(int worker, std::string_view command) const {
  const Error has_ended{ErrorCode::Unavailable, "a worker of HAProxy has ended", "", ""};
  if (ended_.with([&](const Ended& ended) { return ended.workers.contains(worker); })) {
    return has_ended;
  }
  std::string answer = TRY(ask(fmt::format("@!{} {}", worker, command)));
  // Whatever a worker says ends with an empty line.
  if (answer.empty()) {
    ended_.with([&](Ended& ended) { ended.workers.insert(worker); });
    return has_ended;
  }
  return answer;
}

Result<void> HaproxyCli::change_worker(int worker, std::string_view command,
                                       std::string_view expected) const {
  const std::string answer = TRY(ask_worker(worker, command));
  const bool done =
      expected.empty() ? trim(answer).empty() : answer.find(expected) != std::string::npos;
  return done ? Result<void>()
              : Error{ErrorCode::Failed, "HAProxy refused a change", "",
                      fmt::format("{}: {}", command.substr(0, command.find('\n')), trim(answer))};
}

Result<HaproxyProcesses> HaproxyCli::processes() const {
  const std::string told = TRY(ask("show proc"));
  auto processes = TRY(parse_processes(told));
  ended_.with([&](Ended& ended) {
    if (ended.reloads != processes.reloads) {
      ended = {processes.reloads, {}};
    }
    std::erase_if(processes.workers, [&](int worker) { return ended.workers.contains(worker); });
  });
  return processes;
}

}  // namespace minpaas::router
