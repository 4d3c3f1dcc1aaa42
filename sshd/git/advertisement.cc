#include "sshd/git/advertisement.h"

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

bool asks_for_version_1(std::string_view protocol) {
  // The highest version that both sides know counts; 2 does not exist for a push.
  for (const auto part : split(protocol, ':')) {
    if (part == "version=1") {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string advertisement(const std::vector<minpaas::git::Ref>& refs, std::string_view protocol) {
  std::string out;
  if (asks_for_version_1(protocol)) {
    append_pkt(out, "version 1\n");
  }
  std::string capabilities(1, '\0');
  capabilities += kCapabilities;
  if (refs.empty()) {
    append_pkt(out, Oid().hex() + " capabilities^{}" + capabilities + "\n");
  }
  for (const auto& ref : refs) {
    append_pkt(out, ref.target.hex() + " " + ref.name + capabilities + "\n");
    capabilities.clear();
  }
  out += kFlushPkt;
  return out;
}

}  // namespace minpaas::sshd::git
