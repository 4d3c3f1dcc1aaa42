#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/base/log.h"
#include "sshd/git/receive_pack.h"
#include "tests/support/bare_repository.h"
#include "tests/support/memory_streams.h"
#include "tests/support/push_script.h"

using namespace minpaas;

/// A whole push against a real repository.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static test::BareRepository repository;
  static std::size_t runs = 0;
  log::set_level(log::Level::Error);
  test::MemoryReader in(std::string(reinterpret_cast<const char*>(data), size), 1000);
  test::MemoryWriter out;
  test::MemoryWriter err;
  ExecStreams streams{in, out, err, {}};
  sshd::git::BareTarget target(*repository);
  sshd::git::ReceivePackOptions options;
  options.limits.object_bytes = 1 << 20;
  options.limits.expanded_bytes = 4 << 20;
  options.limits.objects = 1000;
  const int status = sshd::git::serve_receive_pack(*repository, target, options, streams);
  if (status != 0 && status != 1 && status != 128) {
    std::abort();
  }
  // Whatever was sent: packets come back, and no quarantine stays.
  test::MemoryReader answer(out.text);
  sshd::git::PktReader packets(answer);
  for (;;) {
    const auto pkt = packets.next(SteadyTime::max());
    if (!pkt) {
      std::abort();
    }
    if (pkt->kind == sshd::git::Pkt::Kind::End) {
      break;
    }
  }
  if (++runs % 500 == 0 && repository.leftovers() != 0) {
    std::abort();
  }
  return 0;
}
