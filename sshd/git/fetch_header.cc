#include "sshd/git/fetch_header.h"

#include <fmt/format.h>

#include "core/base/text.h"
#include "sshd/git/push_header.h"

namespace minpaas::sshd::git {
namespace {

constexpr std::string_view kWant = "want ";
constexpr std::string_view kShallow = "shallow ";
constexpr std::string_view kDeepen = "deepen ";

Error bad_fetch(std::string_view why) {
  return {ErrorCode::InvalidInput, fmt::format("protocol error: {}", why), "", ""};
}

void take_capabilities(std::string_view list, FetchCapabilities& chosen) {
  for (const auto name : split(list, ' ')) {
    if (name == "multi_ack_detailed") {
      chosen.detailed_acks = true;
    } else if (name == "side-band-64k") {
      chosen.side_band = true;
    } else if (name == "no-progress") {
      chosen.no_progress = true;
    } else if (name == "include-tag") {
      chosen.include_tag = true;
    } else if (name.starts_with("agent=")) {
      chosen.agent = name.substr(6);
    }
  }
}

Result<void> take_want(std::string_view line, FetchHeader& header) {
  const auto id = Oid::parse(line.substr(0, Oid::kHexCharacters));
  if (!id) {
    return bad_fetch("a want has no valid object id");
  }
  if (header.wants.size() >= kMostWants) {
    return bad_fetch(fmt::format("more than {} wants", kMostWants));
  }
  if (header.wants.empty() && line.size() > Oid::kHexCharacters) {
    take_capabilities(line.substr(Oid::kHexCharacters + 1), header.capabilities);
  }
  header.wants.push_back(*id);
  return {};
}

Result<void> take_line(std::string_view line, FetchHeader& header) {
  if (line.starts_with(kWant)) {
    return take_want(line.substr(kWant.size()), header);
  }
  if (line.starts_with(kShallow)) {
    const auto id = Oid::parse(line.substr(kShallow.size()));
    if (!id || header.shallow.size() >= kMostShallowLines) {
      return bad_fetch("a shallow line is malformed or one too many");
    }
    header.shallow.insert(*id);
    return {};
  }
  if (line.starts_with(kDeepen)) {
    const auto depth = parse_number(line.substr(kDeepen.size()), "depth", 1, INT32_MAX);
    if (!depth) {
      return bad_fetch("the depth is no number above 0");
    }
    header.depth = static_cast<std::uint32_t>(*depth);
    return {};
  }
  return bad_fetch("a line of the fetch is not one that is offered");
}

}  // namespace

Result<FetchHeader> read_fetch_header(PktReader& reader, std::chrono::seconds idle) {
  FetchHeader header;
  for (;;) {
    const Pkt pkt = TRY(reader.next(std::chrono::steady_clock::now() + idle));
    if (pkt.kind == Pkt::Kind::End && !header.wants.empty()) {
      return Error{ErrorCode::Disconnected, "the fetch ends within its wants", "", ""};
    }
    if (pkt.kind != Pkt::Kind::Data) {
      return header;
    }
    TRY(take_line(without_line_end(pkt.data), header));
  }
}

}  // namespace minpaas::sshd::git
