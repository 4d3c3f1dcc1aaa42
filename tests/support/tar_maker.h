#pragma once

#include <zlib.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace minpaas::test {

/// Writes ustar by hand, also what no tar program would write. Thread: one.
class TarMaker {
 public:
  TarMaker& file(const std::string& name, std::string_view content, unsigned mode = 0644) {
    return entry(name, '0', content, "", mode);
  }

  TarMaker& folder(const std::string& name) { return entry(name, '5', "", "", 0755); }

  TarMaker& symlink(const std::string& name, const std::string& target) {
    return entry(name, '2', "", target, 0777);
  }

  TarMaker& hard_link(const std::string& name, const std::string& earlier) {
    return entry(name, '1', "", earlier, 0644);
  }

  /// `type` as in the header: '3' a device, '6' a pipe. `claimed` bytes of content in its place.
  TarMaker& entry(const std::string& name, char type, std::string_view content,
                  const std::string& target, unsigned mode, unsigned long long claimed = ~0ULL) {
    std::array<char, kRecord> header{};
    const unsigned long long size = claimed == ~0ULL ? content.size() : claimed;
    std::memcpy(header.data(), name.data(), std::min<std::size_t>(name.size(), 100));
    std::snprintf(&header[100], 8, "%07o", mode);
    std::snprintf(&header[108], 8, "%07o", 0U);
    std::snprintf(&header[116], 8, "%07o", 0U);
    std::snprintf(&header[124], 12, "%011llo", size);
    std::snprintf(&header[136], 12, "%011o", 1'700'000'000U);
    header[156] = type;
    std::memcpy(&header[157], target.data(), std::min<std::size_t>(target.size(), 100));
    std::memcpy(&header[257],
                "ustar\0"
                "00",
                8);
    std::memset(&header[148], ' ', 8);
    unsigned sum = 0;
    for (const char c : header) {
      sum += static_cast<unsigned char>(c);
    }
    std::snprintf(&header[148], 8, "%06o", sum);
    bytes_.append(header.data(), header.size());
    bytes_.append(content);
    bytes_.append((kRecord - content.size() % kRecord) % kRecord, '\0');
    return *this;
  }

  [[nodiscard]] std::string str() const { return bytes_ + std::string(2 * kRecord, '\0'); }

 private:
  static constexpr std::size_t kRecord = 512;

  std::string bytes_;
};

/// As gzip does.
inline std::string gzipped(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace minpaas::test
