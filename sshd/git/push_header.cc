#include "sshd/git/push_header.h"

#include <fmt/format.h>

#include <set>

#include "core/base/text.h"

namespace minpaas::sshd::git {
namespace {

constexpr std::size_t kOidCharacters = Oid::kHexCharacters;

Error bad_push(std::string_view why) {
  return {ErrorCode::InvalidInput, fmt::format("protocol error: {}", why), "", ""};
}

SteadyTime after(std::chrono::seconds patience) {
  return std::chrono::steady_clock::now() + patience;
}

/// Reads the lines up to the flush that ends the commands.
class CommandLines {
 public:
  explicit CommandLines(PushHeader& header) : header_(header) {}

  Result<void> take(std::string_view line) {
    if (line.starts_with("shallow ")) {
      return take_shallow(without_line_end(line));
    }
    if (line.starts_with("push-cert")) {
      return bad_push("signed pushes are not offered");
    }
    const auto end = line.find('\0');
    if (header_.push.commands.empty() && end != std::string_view::npos) {
      TRY(take_capabilities(without_line_end(line.substr(end + 1))));
    }
    return take_command(without_line_end(line.substr(0, end)));
  }

 private:
  Result<void> take_shallow(std::string_view line) {
    if (++shallow_lines_ > kMostShallowLines || !Oid::parse(line.substr(8))) {
      return bad_push("a shallow line is malformed or one too many");
    }
    header_.is_shallow = true;
    return {};
  }

  Result<void> take_capabilities(std::string_view list) {
    auto& chosen = header_.capabilities;
    for (const auto name : split(list, ' ')) {
      if (name == "report-status" || name == "report-status-v2") {
        chosen.report_status = true;
      } else if (name == "side-band-64k") {
        chosen.side_band = true;
      } else if (name == "atomic") {
        header_.push.atomic = true;
      } else if (name == "push-options") {
        chosen.push_options = true;
      } else if (name.starts_with("agent=")) {
        chosen.agent = name.substr(6);
      } else if (name.starts_with("object-format=") && name != "object-format=sha1") {
        return bad_push("only repositories with SHA-1 objects are taken");
      }
    }
    return {};
  }

  Result<void> take_command(std::string_view line) {
    if (line.size() < 2 * kOidCharacters + 3 || line[kOidCharacters] != ' ' ||
        line[2 * kOidCharacters + 1] != ' ') {
      return bad_push("a command is malformed");
    }
    auto old_oid = Oid::parse(line.substr(0, kOidCharacters));
    auto new_oid = Oid::parse(line.substr(kOidCharacters + 1, kOidCharacters));
    // Both are zero when git deletes a ref that was not advertised.
    if (!old_oid || !new_oid) {
      return bad_push("a command has no valid object ids");
    }
    std::string ref(line.substr(2 * kOidCharacters + 2));
    if (!names_.insert(ref).second) {
      return bad_push("a ref is in the push twice");
    }
    if (header_.push.commands.size() >= kMostCommands) {
      return bad_push(fmt::format("more than {} refs in one push", kMostCommands));
    }
    header_.push.commands.push_back({std::move(ref), *old_oid, *new_oid});
    return {};
  }

  PushHeader& header_;
  std::set<std::string> names_;
  std::size_t shallow_lines_ = 0;
};

Result<void> read_options(PktReader& reader, std::chrono::seconds idle, Push& push) {
  for (;;) {
    const Pkt pkt = TRY(reader.next(after(idle)));
    if (pkt.kind == Pkt::Kind::Flush) {
      return {};
    }
    if (pkt.kind == Pkt::Kind::End) {
      return bad_push("the push ends within its options");
    }
    const auto option = without_line_end(pkt.data);
    if (push.options.size() >= kMostPushOptions || option.size() > kMostPushOptionBytes) {
      return bad_push("too many push options, or one is too long");
    }
    if (option.find_first_of(std::string_view("\0\n", 2)) != std::string_view::npos) {
      return bad_push("a push option has a line end or NUL in it");
    }
    push.options.emplace_back(option);
  }
}

}  // namespace

Result<void> read_push_header(PktReader& reader, const HeaderPatience& patience,
                              PushHeader& header) {
  CommandLines lines(header);
  Pkt pkt = TRY(reader.next(after(patience.first_command)));
  while (pkt.kind == Pkt::Kind::Data) {
    TRY(lines.take(pkt.data));
    pkt = TRY(reader.next(after(patience.idle)));
  }
  if (pkt.kind == Pkt::Kind::End) {
    if (!header.push.commands.empty()) {
      return Error{ErrorCode::Disconnected, "the push ends within its commands", "", ""};
    }
    return {};
  }
  if (header.capabilities.push_options && !header.push.commands.empty()) {
    TRY(read_options(reader, patience.idle, header.push));
  }
  return {};
}

}  // namespace minpaas::sshd::git
