#include "core/docker/volume_json.h"

#include "core/docker/json.h"

namespace minpaas::docker {

std::string volume_body(const std::string& name, const Labels& labels) {
  return to_text({{"Name", name}, {"Labels", Json(labels)}});
}

Result<std::vector<VolumeDetails>> parse_volume_list(std::string_view body) {
  const auto json = TRY(parse_json(body));
  std::vector<VolumeDetails> list;
  const Json& volumes = member(json, "Volumes");
  if (!volumes.is_array()) {
    // Engines write an empty list as null.
    return list;
  }
  for (const Json& volume : volumes) {
    VolumeDetails details{text_of(volume, "Name"), labels_of(volume, "Labels")};
    if (details.name.empty()) {
      return Error{ErrorCode::Corrupt, "the Docker Engine told no name of a volume", "", ""};
    }
    list.push_back(std::move(details));
  }
  return list;
}

}  // namespace minpaas::docker
