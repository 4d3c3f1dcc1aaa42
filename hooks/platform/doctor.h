#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "hooks/access/key_owners.h"
#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/service/platform.h"

namespace minpaas::hooks {

/// What the doctor is told by others.
struct DoctorTasks {
  /// Whether a container was stopped for crashing again and again.
  std::function<bool(const docker::ContainerId&)> crashed;
  /// Name and version of libraries that a release of MinPaas depends on.
  std::vector<std::pair<std::string, std::string>> libraries;
  /// What there is to say about certificates.
  std::function<std::vector<DoctorFinding>()> certificates = {};
};

/// Looks at everything that a working server needs: each thing is one finding with what to do about
/// it. Changes nothing, but that it makes the apps' network where there is none. Thread: any.
class Doctor {
 public:
  using Findings = std::vector<DoctorFinding>;

  Doctor(const PipelineParts& parts, KeyOwners& keys, DoctorTasks tasks)
      : parts_(parts), keys_(keys), tasks_(std::move(tasks)) {}

  Findings examine();

 private:
  DoctorFinding engine();
  DoctorFinding data_disk();
  DoctorFinding engine_disk();
  DoctorFinding base_image(const std::string& runtime, const std::string& reference);
  DoctorFinding keys();
  DoctorFinding admin_keys();
  DoctorFinding secret_key();
  void examine_router(Findings& findings);
  void examine_base_images(Findings& findings);
  void examine_host_keys(Findings& findings);
  void examine_apps(Findings& findings);
  void examine_storage(Findings& findings);
  DoctorFinding network();
  DoctorFinding builds();
  DoctorFinding app(const state::AppRow& row,
                    const std::vector<docker::ContainerDetails>& containers);

  const PipelineParts& parts_;
  KeyOwners& keys_;
  DoctorTasks tasks_;
};

}  // namespace minpaas::hooks
