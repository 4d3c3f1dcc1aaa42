#include "core/docker/image_json.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/docker/engine_error.h"
#include "core/docker/json.h"

namespace minpaas::docker {
namespace {

/// Before API 1.43 an image without a tag has this one.
constexpr std::string_view kNoTag = "<none>:<none>";

std::vector<std::string> tags_of(const Json& image) {
  std::vector<std::string> tags;
  const Json& list = member(image, "RepoTags");
  if (list.is_array()) {
    for (const Json& tag : list) {
      if (tag.is_string() && tag.get_ref<const std::string&>() != kNoTag) {
        tags.push_back(tag.get<std::string>());
      }
    }
  }
  return tags;
}

std::vector<int> tcp_ports(const Json& config) {
  std::vector<int> ports;
  const Json& exposed = member(config, "ExposedPorts");
  if (!exposed.is_object()) {
    return ports;
  }
  for (const auto& [name, unused] : exposed.items()) {
    const std::string_view port = name;
    const auto slash = port.find('/');
    if (slash != std::string_view::npos && port.substr(slash) != "/tcp") {
      continue;
    }
    if (const auto number = parse_number(port.substr(0, slash), "port", 1, 65'535)) {
      ports.push_back(static_cast<int>(*number));
    }
  }
  std::sort(ports.begin(), ports.end());
  return ports;
}

Result<ImageDetails> image_from(const Json& json) {
  ImageDetails details;
  details.id = {text_of(json, "Id")};
  if (details.id.value.empty()) {
    return Error{ErrorCode::Corrupt, "the Docker Engine told no id of an image", "", ""};
  }
  details.tags = tags_of(json);
  details.size_bytes = number_of(json, "Size");
  return details;
}

}  // namespace

Result<ImageDetails> parse_image(std::string_view body) {
  const auto json = TRY(parse_json(body));
  auto details = TRY(image_from(json));
  details.labels = labels_of(member(json, "Config"), "Labels");
  details.exposed_tcp_ports = tcp_ports(member(json, "Config"));
  details.user = text_of(member(json, "Config"), "User");
  return details;
}

Result<std::vector<ImageDetails>> parse_image_list(std::string_view body) {
  const auto json = TRY(parse_json(body));
  if (!json.is_array()) {
    return Error{ErrorCode::Corrupt, "the Docker Engine sent no list of images", "", ""};
  }
  std::vector<ImageDetails> list;
  for (const Json& entry : json) {
    auto details = TRY(image_from(entry));
    details.labels = labels_of(entry, "Labels");
    list.push_back(std::move(details));
  }
  return list;
}

std::string with_default_tag(std::string_view reference) {
  const auto slash = reference.rfind('/');
  const auto name = slash == std::string_view::npos ? reference : reference.substr(slash + 1);
  std::string full(reference);
  if (name.find_first_of(":@") == std::string_view::npos) {
    full += ":latest";
  }
  return full;
}

Result<PullProgress> parse_pull_line(std::string_view line) {
  const auto json = TRY(parse_json(line));
  const Json& detail = member(json, "errorDetail");
  if (detail.is_object()) {
    return stream_error(text_of(detail, "message"));
  }
  return PullProgress{text_of(json, "id"), text_of(json, "status")};
}

}  // namespace minpaas::docker
