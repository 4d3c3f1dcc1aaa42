#include "core/docker/address_pool.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace minpaas::docker {
namespace {

constexpr int kAddressBits = 32;
/// A network with fewer addresses than that of /26 is left to the engine.
constexpr int kMostPrefix = 26;
/// The engine's part is an eighth, but no more than 256 addresses.
constexpr int kPartBits = 3;
constexpr int kLeastPartPrefix = 24;

struct Block {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

std::uint32_t size_of(int prefix) {
  return std::uint32_t{1} << (kAddressBits - prefix);
}

std::optional<std::uint32_t> parse_address(std::string_view text) {
  in_addr address{};
  if (::inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) {
    return std::nullopt;
  }
  return ntohl(address.s_addr);
}

std::string text_of(std::uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, (address >> 16) & 0xff, (address >> 8) & 0xff,
                     address & 0xff);
}

std::optional<int> prefix_of(std::string_view cidr) {
  int prefix = 0;
  const auto slash = std::min(cidr.find('/'), cidr.size() - 1);
  const auto [end, error] =
      std::from_chars(cidr.data() + slash + 1, cidr.data() + cidr.size(), prefix);
  const bool read = error == std::errc() && end == cidr.data() + cidr.size();
  return read && prefix > 0 && prefix <= kAddressBits ? std::optional(prefix) : std::nullopt;
}

std::optional<Block> parse_block(std::string_view cidr) {
  if (cidr.empty()) {
    return std::nullopt;
  }
  const auto prefix = prefix_of(cidr);
  const auto address = parse_address(cidr.substr(0, cidr.find('/')));
  if (!prefix || !address) {
    return std::nullopt;
  }
  const std::uint32_t first = *address & ~(size_of(*prefix) - 1);
  return Block{first, first + (size_of(*prefix) - 1)};
}

}  // namespace

std::optional<PartedNetwork> part_network(std::string_view subnet) {
  const auto block = parse_block(subnet);
  if (!block) {
    return std::nullopt;
  }
  const auto prefix = prefix_of(subnet);
  if (*prefix > kMostPrefix) {
    return std::nullopt;
  }
  const int part = std::max(*prefix + kPartBits, kLeastPartPrefix);
  return PartedNetwork{
      .subnet = std::string(subnet),
      .engines_choice = fmt::format("{}/{}", text_of(block->last - (size_of(part) - 1)), part),
      .gateway = text_of(block->first + 1)};
}

std::optional<AddressPool> AddressPool::of(const PartedNetwork& network, std::uint32_t start) {
  const auto whole = parse_block(network.subnet);
  const auto engines = parse_block(network.engines_choice);
  const auto gateway = parse_address(network.gateway);
  if (!whole || !engines || !gateway) {
    return std::nullopt;
  }
  // As part_network parts it: network, gateway, ours, the engine's with the broadcast address.
  const std::uint32_t first = *gateway + 1;
  if (*gateway <= whole->first || engines->first <= first || engines->last != whole->last) {
    return std::nullopt;
  }
  return AddressPool(first, engines->first - 1, start);
}

AddressPool::AddressPool(std::uint32_t first, std::uint32_t last, std::uint32_t start)
    : first_(first), last_(last), next_(first + start % (last - first + 1)) {}

std::optional<std::string> AddressPool::take() {
  while (left_ > 0) {
    --left_;
    std::string address = text_of(next_);
    next_ = next_ == last_ ? first_ : next_ + 1;
    if (!taken_.contains(address)) {
      return address;
    }
  }
  return std::nullopt;
}

void AddressPool::begin_round(const std::set<std::string>& taken) {
  taken_ = taken;
  left_ = last_ - first_ + 1;
}

}  // namespace minpaas::docker
