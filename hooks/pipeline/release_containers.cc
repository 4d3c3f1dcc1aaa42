#include "hooks/pipeline/release_containers.h"

namespace minpaas::hooks {

Result<std::vector<state::ContainerRow>> containers_of(const PipelineParts& parts,
                                                       const AppName& app, ReleaseNumber release,
                                                       Belonging belonging) {
  auto rows = TRY(parts.containers.of_app(app));
  std::erase_if(rows, [&](const state::ContainerRow& row) {
    return (row.release == release) != (belonging == Belonging::ToRelease);
  });
  return rows;
}

std::vector<docker::ContainerId> web_containers(const std::vector<state::ContainerRow>& rows) {
  std::vector<docker::ContainerId> ids;
  for (const state::ContainerRow& row : rows) {
    if (row.process.is_web()) {
      ids.push_back({row.id});
    }
  }
  return ids;
}

}  // namespace minpaas::hooks
