#include "tests/support/push_script.h"

#include <stdexcept>

#include "tests/support/memory_streams.h"

namespace minpaas::test {
namespace {

using sshd::git::Pkt;

Pkt next(sshd::git::PktReader& reader) {
  const auto pkt = reader.next(SteadyTime::max());
  if (!pkt) {
    throw std::runtime_error("malformed answer: " + pkt.error().message);
  }
  return *pkt;
}

std::vector<std::string> read_report(const std::string& bytes) {
  std::vector<std::string> lines;
  if (bytes.empty()) {
    return lines;
  }
  MemoryReader in(bytes);
  sshd::git::PktReader reader(in);
  for (Pkt pkt = next(reader); pkt.kind != Pkt::Kind::Flush; pkt = next(reader)) {
    if (pkt.kind == Pkt::Kind::End) {
      throw std::runtime_error("the report has no end");
    }
    lines.emplace_back(sshd::git::without_line_end(pkt.data));
  }
  if (next(reader).kind != Pkt::Kind::End) {
    throw std::runtime_error("something follows the report");
  }
  return lines;
}

}  // namespace

PushAnswer read_answer(std::string_view bytes) {
  MemoryReader in{std::string(bytes)};
  sshd::git::PktReader reader(in);
  PushAnswer answer;
  Pkt pkt = next(reader);
  for (; pkt.kind == Pkt::Kind::Data; pkt = next(reader)) {
    answer.advertisement += pkt.data;
  }
  std::string report;
  for (pkt = next(reader); pkt.kind == Pkt::Kind::Data; pkt = next(reader)) {
    const auto text = pkt.data.substr(1);
    switch (pkt.data.at(0)) {
      case 1:
        answer.keep_alives += text.empty() ? 1 : 0;
        report += text;
        break;
      case 2:
        answer.progress += text;
        break;
      case 3:
        answer.fault += text;
        break;
      default:
        throw std::runtime_error("unknown band");
    }
  }
  answer.finished = pkt.kind == Pkt::Kind::Flush;
  answer.report = read_report(report);
  return answer;
}

}  // namespace minpaas::test
