#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "core/docker/docker_engine.h"
#include "core/docker/json.h"
#include "core/docker/query.h"

// The calls of DockerEngine about networks.
namespace minpaas::docker {
namespace {

/// Whether containers may reach each other; engines say yes where nothing is said.
constexpr const char* kBetweenContainers = "com.docker.network.bridge.enable_icc";
/// Somebody else's network can take the subnet between its release and its return.
constexpr int kMostTries = 3;

std::string path_of(const std::string& network) {
  return "/networks/" + url_encoded(network);
}

Result<void> require_isolated(const std::string& name, const Json& network) {
  if (text_of(member(network, "Options"), kBetweenContainers) == "false") {
    return {};
  }
  return Error{ErrorCode::Conflict,
               fmt::format("containers in the network {} of the engine reach each other", name),
               "remove it (docker network rm), or choose another name with [containers] network",
               ""};
}

/// Its first block of addresses, empty texts where it has none.
PartedNetwork parts_of(const Json& network) {
  const Json& blocks = member(member(network, "IPAM"), "Config");
  const Json first = blocks.is_array() && !blocks.empty() ? blocks.front() : Json::object();
  return {text_of(first, "Subnet"), text_of(first, "IPRange"), text_of(first, "Gateway")};
}

Json network_body(const std::string& name, const Labels& labels) {
  return {{"Name", name}, {"CheckDuplicate", true}, {"Driver", "bridge"}, {"Labels", Json(labels)}};
}

/// All addresses of the network that containers have or will have at their start.
std::set<std::string> addresses_in(const std::string& network, const Json& containers) {
  std::set<std::string> addresses;
  for (const Json& container : containers) {
    const Json& joined = member(member(member(container, "NetworkSettings"), "Networks"), network);
    addresses.insert(text_of(joined, "IPAddress"));
    addresses.insert(text_of(member(joined, "IPAMConfig"), "IPv4Address"));
  }
  return addresses;
}

}  // namespace

Result<Addresses> DockerEngine::ensure_network(const std::string& name, const Labels& labels) {
  auto found = get(path_of(name));
  if (!found && found.error().code == ErrorCode::NotFound) {
    TRY(create_network(name, labels));
    found = get(path_of(name));
  }
  const auto answer = TRY(std::move(found));
  const auto network = TRY(parse_json(answer));
  TRY(require_isolated(name, network));
  const auto parts = parts_of(network);
  return networks_.with([&](std::map<std::string, Network>& networks) {
    const auto known = networks.find(name);
    if (known != networks.end() && known->second.subnet == parts.subnet) {
      return Addresses::Kept;
    }
    networks.erase(name);
    // Not from the first one on: other servers of this engine may share the network.
    auto pool = AddressPool::of(parts, std::random_device()());
    if (!pool) {
      return Addresses::Shifting;
    }
    networks.emplace(name, Network{parts.subnet, *std::move(pool)});
    return Addresses::Kept;
  });
}

Result<void> DockerEngine::remove_network(const std::string& name) {
  TRY(api_.send(
      {.method = "DELETE", .target = path_of(name), .deadline = api_.deadlines().change}));
  return {};
}

/// One that a server left, which ended while it made a network.
Result<void> DockerEngine::remove_leftover(const std::string& name, const Labels& labels) {
  const auto found = get(path_of(name));
  if (!found) {
    return found.error().code == ErrorCode::NotFound ? Result<void>() : found.error();
  }
  const auto network = TRY(parse_json(*found));
  const bool is_ours = std::ranges::all_of(labels, [&](const auto& label) {
    return text_of(member(network, "Labels"), label.first) == label.second;
  });
  return is_ours ? remove_network(name) : Result<void>();
}

/// The engine allows chosen addresses only where the subnet is chosen too: it chooses one for a
/// network that makes way for ours.
Result<std::string> DockerEngine::free_subnet(const std::string& name, const Labels& labels) {
  const std::string first = name + "-subnet";
  TRY(remove_leftover(first, labels));
  TRY(post("/networks/create", to_text(network_body(first, labels))));
  const auto made = get(path_of(first));
  TRY(remove_network(first));
  const auto answer = TRY(made);
  const auto network = TRY(parse_json(answer));
  return parts_of(network).subnet;
}

Result<void> DockerEngine::create_network(const std::string& name, const Labels& labels) {
  Json body = network_body(name, labels);
  body["Options"] = {{kBetweenContainers, "false"}};
  Result<HttpResponse> made = HttpResponse{};
  for (int tries = 0; tries < kMostTries; ++tries) {
    const auto parts = part_network(TRY(free_subnet(name, labels)));
    if (parts) {
      body["IPAM"]["Config"] = Json::array({{{"Subnet", parts->subnet},
                                             {"IPRange", parts->engines_choice},
                                             {"Gateway", parts->gateway}}});
    } else {
      body.erase("IPAM");
    }
    // 409: somebody else was quicker.
    made = post("/networks/create", to_text(body), {409});
    if (made) {
      return {};
    }
  }
  return made.error();
}

Result<std::string> DockerEngine::take_address(const std::string& network) {
  const auto take = [&] {
    return networks_.with([&](std::map<std::string, Network>& networks) {
      const auto known = networks.find(network);
      return known == networks.end() ? std::optional<std::string>("") : known->second.pool.take();
    });
  };
  if (auto address = take()) {
    return *address;
  }
  TRY(begin_round(network));
  if (auto address = take()) {
    return *address;
  }
  return Error{ErrorCode::Unavailable,
               fmt::format("the network {} has no address left for a container", network),
               "choose another name with [containers] network", ""};
}

Result<void> DockerEngine::begin_round(const std::string& network) {
  const std::string filters = to_text({{"network", {network}}});
  const auto listed =
      TRY(get("/containers/json" + Query().add("all", "1").add("filters", filters).str()));
  const auto taken = addresses_in(network, TRY(parse_json(listed)));
  networks_.with([&](std::map<std::string, Network>& networks) {
    if (const auto known = networks.find(network); known != networks.end()) {
      known->second.pool.begin_round(taken);
    }
  });
  return {};
}

Result<bool> DockerEngine::move_container(const ContainerId& id) {
  const auto inspected = TRY(get("/containers/" + url_encoded(id.value) + "/json"));
  const auto container = TRY(parse_json(inspected));
  const auto network = text_of(member(container, "HostConfig"), "NetworkMode");
  TRY(begin_round(network));
  const auto address = TRY(take_address(network));
  if (address.empty()) {
    return false;
  }
  TRY(post(path_of(network) + "/disconnect", to_text({{"Container", id.value}, {"Force", true}})));
  TRY(post(path_of(network) + "/connect",
           to_text({{"Container", id.value},
                    {"EndpointConfig", {{"IPAMConfig", {{"IPv4Address", address}}}}}})));
  return true;
}

}  // namespace minpaas::docker
