#include "sshd/git/advertisement.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/app/oid.h"
#include "core/base/text.h"
#include "sshd/git/pkt_line.h"

namespace minpaas::sshd::git {
namespace {

/// gitprotocol-capabilities(5). `no-thin`: every base of a delta must be in the pack, so that a
/// stranger's pack never touches objects that are already here.
constexpr std::string_view kCapabilities =
    "report-status report-status-v2 delete-refs side-band-64k quiet atomic ofs-delta no-thin "
    "push-options object-format=sha1 agent=minpaas/" MINPAAS_VERSION;

constexpr std::string_view kFetchCapabilities =
    "multi_ack_detailed side-band-64k ofs-delta shallow no-progress include-tag "
    "object-format=sha1 agent=minpaas/" MINPAAS_VERSION;

bool asks_for_version_1(std::string_view protocol) {
  // The highest version that both sides know counts; 2 does not exist for a push and is not offered
  // for a fetch.
  for (const auto part : split(protocol, ':')) {
    if (part == "version=1") {
      return true;
    }
  }
  return false;
}

/// One packet a ref, the first with the capabilities behind it.
class RefLines {
 public:
  RefLines(std::string& out, std::string_view capabilities) : out_(out), behind_(1, '\0') {
    behind_ += capabilities;
  }

  void add(const Oid& target, std::string_view name) {
    append_pkt(out_, fmt::format("{} {}{}\n", target.hex(), name, behind_));
    behind_.clear();
  }

  void end() {
    if (!behind_.empty()) {
      add(Oid(), "capabilities^{}");
    }
    out_ += kFlushPkt;
  }

 private:
  std::string& out_;
  std::string behind_;
};

}  // namespace

std::string advertisement(const std::vector<minpaas::git::Ref>& refs, std::string_view protocol) {
  std::string out;
  if (asks_for_version_1(protocol)) {
    append_pkt(out, "version 1\n");
  }
  RefLines lines(out, kCapabilities);
  for (const auto& ref : refs) {
    lines.add(ref.target, ref.name);
  }
  lines.end();
  return out;
}

std::string fetch_advertisement(const std::vector<AdvertisedRef>& refs, const std::string& head,
                                std::string_view protocol) {
  std::string out;
  if (asks_for_version_1(protocol)) {
    append_pkt(out, "version 1\n");
  }
  const auto head_ref =
      std::ranges::find_if(refs, [&](const AdvertisedRef& each) { return each.ref.name == head; });
  std::string capabilities(kFetchCapabilities);
  if (head_ref != refs.end()) {
    capabilities += " symref=HEAD:" + head;
  }
  RefLines lines(out, capabilities);
  if (head_ref != refs.end()) {
    lines.add(head_ref->ref.target, "HEAD");
  }
  for (const auto& [ref, peeled] : refs) {
    lines.add(ref.target, ref.name);
    if (peeled != ref.target) {
      lines.add(peeled, ref.name + "^{}");
    }
  }
  lines.end();
  return out;
}

}  // namespace minpaas::sshd::git
