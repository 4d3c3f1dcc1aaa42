#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sshd/git/push_header.h"
#include "tests/support/memory_streams.h"

using namespace minpaas;

/// Packets, then the header of a push, read from the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  test::MemoryReader in(bytes, 777);
  sshd::git::PktReader reader(in);
  std::size_t read = 0;
  for (;;) {
    const auto pkt = reader.next(SteadyTime::max());
    if (!pkt || pkt->kind == sshd::git::Pkt::Kind::End) {
      break;
    }
    read += sshd::git::kPktLengthBytes + pkt->data.size();
    if (read > size) {
      std::abort();  // more than there is
    }
  }
  test::MemoryReader again(bytes, 10);
  sshd::git::PktReader header_reader(again);
  sshd::git::PushHeader header;
  const auto parsed = sshd::git::read_push_header(header_reader, {}, header);
  if (header.push.commands.size() > sshd::git::kMostCommands ||
      header.push.options.size() > sshd::git::kMostPushOptions) {
    std::abort();
  }
  if (!parsed && parsed.error().message.find('\n') != std::string::npos) {
    std::abort();  // errors are one line
  }
  return 0;
}
