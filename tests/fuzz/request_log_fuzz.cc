#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/router/request_batch.h"

namespace {

using minpaas::AppName;
using minpaas::router::RequestLine;

std::vector<RequestLine> read_in_pieces(std::string_view bytes, std::size_t piece) {
  const minpaas::router::RequestNames names{.apps = {{"app-blog", *AppName::parse("blog")}},
                                            .processes = {{"c-0123456789ab", "web.1"}}};
  minpaas::router::RequestBatch batch;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    batch.feed(bytes.substr(at, piece), names);
  }
  return batch.take();
}

bool same(const RequestLine& a, const RequestLine& b) {
  return a.app == b.app && a.at == b.at && a.text == b.text;
}

/// What people see and a journal keeps.
bool is_plain(const RequestLine& line) {
  return line.text.size() < 1024 && std::all_of(line.text.begin(), line.text.end(), [](char byte) {
           return byte >= ' ' && byte <= '~';
         });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read_in_pieces(bytes, size + 1);
  const auto pieces = read_in_pieces(bytes, 5);
  if (!std::equal(whole.begin(), whole.end(), pieces.begin(), pieces.end(), same) ||
      !std::all_of(whole.begin(), whole.end(), is_plain)) {
    std::abort();
  }
  return 0;
}
