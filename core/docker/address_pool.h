#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

/// Addresses of containers. An engine that chooses gives the first free one, so that of a container
/// that has ended goes to the next that starts. One that is asked for stays with its container.
namespace minpaas::docker {

/// An IPv4 network in two parts: what the engine may choose from, and the rest.
struct PartedNetwork {
  /// `172.18.0.0/16`
  std::string subnet;
  std::string engines_choice;
  std::string gateway;
};

/// The engine gets the end of the subnet. Absent: it is too small for two parts, or no IPv4.
std::optional<PartedNetwork> part_network(std::string_view subnet);

/// The part of a network from which the engine does not choose. Gives its addresses in turn, so one
/// that came back is given again as late as can be. Thread: one at a time.
class AddressPool {
 public:
  /// Goes on from the address `start`, counted from the first one. Absent: the network is not
  /// parted.
  static std::optional<AddressPool> of(const PartedNetwork& network, std::uint32_t start);

  /// Absent: all have been given since the last `begin_round`, the first of which is still to come.
  std::optional<std::string> take();
  /// From now on all but `taken` are given once.
  void begin_round(const std::set<std::string>& taken);

 private:
  AddressPool(std::uint32_t first, std::uint32_t last, std::uint32_t start);

  std::uint32_t first_;
  std::uint32_t last_;
  std::uint32_t next_;
  std::uint32_t left_ = 0;
  std::set<std::string> taken_;
};

}  // namespace minpaas::docker
