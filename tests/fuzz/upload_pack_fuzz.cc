#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/base/log.h"
#include "sshd/git/pkt_line.h"
#include "sshd/git/upload_pack.h"
#include "tests/support/bare_repository.h"
#include "tests/support/commits.h"
#include "tests/support/memory_streams.h"

using namespace minpaas;

namespace {

/// A repository with two commits on main.
struct Source {
  Source() {
    first = test::make_commit(repository.path(), {{"a.txt", "one"}}, "first");
    second = test::make_commit(repository.path(), {{"a.txt", "two"}}, "second", first);
    const auto main = git::RefName::branch("main");
    if (!repository->update_ref({*main, Oid(), second})) {
      std::abort();
    }
  }

  test::BareRepository repository;
  Oid first;
  Oid second;
};

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

/// A whole fetch. Forty 1s and forty 2s stand for the two commits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Source source;
  log::set_level(log::Level::Error);
  std::string bytes(reinterpret_cast<const char*>(data), size);
  replace_all(bytes, std::string(40, '1'), source.first.hex());
  replace_all(bytes, std::string(40, '2'), source.second.hex());
  test::MemoryReader in(bytes, 1000);
  test::MemoryWriter out;
  test::MemoryWriter err;
  ExecStreams streams{in, out, err, {}};
  const int status = sshd::git::serve_upload_pack(*source.repository, {}, streams);
  return status == 0 || status == 1 || status == 128 ? 0 : (std::abort(), 0);
}
