#include "hooks/platform/doctor.h"
#include "hooks/pipeline/app_network.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "core/app/limits.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/docker/build_cgroup.h"
#include "hooks/containers/ownership.h"
#include "hooks/pipeline/stages.h"

namespace minpaas::hooks {
namespace {

constexpr mode_t kOthersBits = 077;
constexpr std::size_t kMostKeyFileBytes = 1U << 20;
/// A disk with less than this many times its reserve is about to be full.
constexpr long long kWarnTimesReserve = 2;

DoctorFinding ok(std::string what, std::string detail) {
  return {std::move(what), CheckLevel::Ok, std::move(detail), ""};
}

DoctorFinding warning(std::string what, std::string detail, std::string hint) {
  return {std::move(what), CheckLevel::Warning, std::move(detail), std::move(hint)};
}

DoctorFinding problem(std::string what, std::string detail, std::string hint) {
  return {std::move(what), CheckLevel::Problem, std::move(detail), std::move(hint)};
}

DoctorFinding problem(std::string what, const Error& error) {
  return problem(std::move(what), error.message, error.hint);
}

DoctorFinding disk(std::string what, const std::filesystem::path& path, long long reserve,
                   const std::string& hint) {
  const auto free = free_bytes(path);
  if (!free) {
    return warning(std::move(what), free.error().message, "");
  }
  const std::string detail = fmt::format("{} free at {}", format_bytes(*free), path.string());
  if (*free < reserve) {
    return problem(std::move(what),
                   fmt::format("{}, less than the reserve of {}", detail, format_bytes(reserve)),
                   hint);
  }
  return *free < kWarnTimesReserve * reserve ? warning(std::move(what), detail, hint)
                                             : ok(std::move(what), detail);
}

/// Absent when the file is not there.
std::optional<DoctorFinding> private_file(std::string what, const std::filesystem::path& path) {
  struct stat status {};

  if (::stat(path.c_str(), &status) != 0) {
    return errno == ENOENT
               ? std::nullopt
               : std::optional(problem(std::move(what), file_error(path, "look at", errno)));
  }
  if ((status.st_mode & kOthersBits) != 0) {
    return problem(std::move(what),
                   fmt::format("{} may be read or written by others (mode {:04o})", path.string(),
                               status.st_mode & 07777U),
                   fmt::format("chmod 600 {}", path.string()));
  }
  return ok(std::move(what), path.string());
}

bool runs(const docker::ContainerDetails& container) {
  return container.state == docker::RunState::Running;
}

std::string help_with_router(std::string_view problem) {
  if (problem.find("is taken by another program") != std::string_view::npos) {
    return "free it (ss -ltnp shows who has it): it is had within seconds";
  }
  return problem.starts_with("port ") ? "mend that, or choose another one, and restart minpaasd"
                                      : "look at router/haproxy.log in [server] data_dir";
}

}  // namespace

Doctor::Findings Doctor::examine() {
  Findings findings;
  findings.push_back(engine());
  const bool engine_answers = findings.back().level != CheckLevel::Problem;
  findings.push_back(data_disk());
  if (engine_answers) {
    findings.push_back(engine_disk());
    examine_base_images(findings);
    findings.push_back(builds());
  }
  findings.push_back(network());
  examine_router(findings);
  if (tasks_.certificates) {
    const auto about_certificates = tasks_.certificates();
    findings.insert(findings.end(), about_certificates.begin(), about_certificates.end());
  }
  findings.push_back(keys());
  if (!parts_.settings.access.admin_keys.empty()) {
    findings.push_back(admin_keys());
  }
  findings.push_back(secret_key());
  examine_host_keys(findings);
  if (engine_answers) {
    examine_apps(findings);
  }
  examine_storage(findings);
  for (const auto& [name, version] : tasks_.libraries) {
    findings.push_back(ok(name, version));
  }
  return findings;
}

DoctorFinding Doctor::engine() {
  const auto version = parts_.engine.version();
  return version ? ok("Docker Engine", fmt::format("{} (API {}) at {}", version->version,
                                                   version->api, parts_.settings.docker.host))
                 : problem("Docker Engine", version.error());
}

/// Nothing to say of a router that needs no program of its own.
void Doctor::examine_router(Findings& findings) {
  const auto problems = parts_.router.problems();
  for (const std::string& words : problems) {
    findings.push_back(problem("router", words, help_with_router(words)));
  }
  if (!problems.empty()) {
    return;
  }
  if (parts_.router.publishes_ports() && parts_.settings.router.kind == "auto") {
    findings.push_back(warning(
        "router", "HAProxy is not installed: apps have no names, and a deploy has a short gap",
        "apt-get install haproxy, then restart minpaasd"));
    return;
  }
  findings.push_back(ok("router", parts_.router.publishes_ports()
                                      ? "published ports: a deploy has a short gap"
                                      : "HAProxy"));
}

DoctorFinding Doctor::data_disk() {
  return disk("data disk", parts_.settings.server.data_dir, parts_.settings.git.reserve_bytes,
              "free space there, or move [server] data_dir to a larger disk");
}

DoctorFinding Doctor::engine_disk() {
  const auto root = parts_.engine.data_root();
  return root ? disk("engine disk", *root, parts_.settings.build.reserve_bytes,
                     "remove images that nobody needs: docker image prune; lower [build] "
                     "cache_bytes or "
                     "keep_releases")
              : problem("engine disk", root.error());
}

void Doctor::examine_base_images(Findings& findings) {
  for (const std::string& name : parts_.catalog.names()) {
    const runtimes::Runtime* runtime = parts_.catalog.find(name);
    if (runtime == nullptr || runtime->builds_from_repository()) {
      continue;
    }
    const auto& chosen = parts_.settings.images.base;
    const auto set = chosen.find(name);
    findings.push_back(base_image(
        name, set == chosen.end() || set->second.empty() ? runtime->base_image : set->second));
  }
}

DoctorFinding Doctor::base_image(const std::string& runtime, const std::string& reference) {
  std::string what = fmt::format("base image of {}", runtime);
  const auto image = parts_.engine.inspect_image(reference);
  if (image) {
    return ok(std::move(what), fmt::format("{} ({})", reference, format_bytes(image->size_bytes)));
  }
  if (image.error().code != ErrorCode::NotFound) {
    return problem(std::move(what), image.error());
  }
  const bool pulled = parts_.settings.images.pull != config::PullPolicy::Never &&
                      !reference.starts_with("localhost/");
  return pulled ? warning(std::move(what),
                          fmt::format("{} is not here yet; it is pulled by the first build that "
                                      "needs it",
                                      reference),
                          fmt::format("docker pull {}", reference))
                : warning(std::move(what), fmt::format("{} is not here", reference),
                          fmt::format("make it with scripts/base-images {}, or set [images] {}",
                                      runtime, runtime));
}

DoctorFinding Doctor::keys() {
  const auto known = keys_.list();
  if (!known) {
    return problem("keys", known.error());
  }
  return known->empty() ? problem("keys", "nobody can log in: no key is known",
                                  "put a public key into the file that [access] admin_keys names")
                        : ok("keys", fmt::format("{} known", known->size()));
}

DoctorFinding Doctor::admin_keys() {
  const auto& path = parts_.settings.access.admin_keys;
  const auto text = read_file(path, kMostKeyFileBytes);
  if (!text) {
    return problem("admin keys", text.error());
  }
  std::vector<std::string> bad;
  const auto keys = state::parse_key_file(*text, bad);
  return bad.empty() ? ok("admin keys", fmt::format("{} in {}", keys.size(), path.string()))
                     : warning("admin keys",
                               fmt::format("{} in {}; {} of its lines hold no usable key",
                                           keys.size(), path.string(), bad.size()),
                               "one public key a line, without options");
}

DoctorFinding Doctor::secret_key() {
  const auto path = parts_.settings.server.data_dir / "secret.key";
  auto finding = private_file("secret key", path);
  return finding ? *std::move(finding)
                 : problem("secret key", fmt::format("{} is missing", path.string()),
                           "restore it from your backup: config values cannot be read without it");
}

void Doctor::examine_host_keys(Findings& findings) {
  std::error_code error;
  const auto folder = parts_.settings.server.data_dir / "ssh";
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() != ".pub") {
      files.push_back(entry->path());
    }
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    if (auto finding = private_file(fmt::format("host key {}", file.filename().string()), file)) {
      findings.push_back(*std::move(finding));
    }
  }
}

void Doctor::examine_apps(Findings& findings) {
  const auto apps = parts_.apps.list();
  const auto containers = own_containers(parts_.engine, parts_.instance, {});
  if (!apps || !containers) {
    findings.push_back(problem("apps", apps ? containers.error() : apps.error()));
    return;
  }
  for (const state::AppRow& row : *apps) {
    findings.push_back(app(row, *containers));
  }
}

DoctorFinding Doctor::network() {
  const std::string& name = parts_.settings.containers.network;
  if (name == config::kSharedNetwork) {
    return warning("network", "apps are in the engine's own network and reach each other",
                   "leave [containers] network out, then deploy each app again");
  }
  const auto addresses = prepare_network(parts_);
  if (!addresses) {
    return problem("network", addresses.error());
  }
  if (*addresses == docker::Addresses::Shifting) {
    return warning(
        "network",
        fmt::format("in {}, the address of an app that ends can go to another app", name),
        "choose another name with [containers] network, then deploy each app again");
  }
  return ok("network", fmt::format("apps are in {} and do not reach each other", name));
}

DoctorFinding Doctor::builds() {
  const auto builder = choose_builder(parts_);
  if (!builder) {
    return problem("builds", builder.error());
  }
  const config::BuildSettings& build = parts_.settings.build;
  const std::string limits =
      fmt::format("{} of memory and {} processors", format_memory(build.memory_bytes),
                  build.cpus > 0 ? format_cpus(build.cpus) : "all");
  if (*builder == docker::Builder::Classic) {
    const bool is_second_choice =
        build.builder == config::BuilderChoice::Auto && !docker::can_limit_buildkit();
    return ok("builds", fmt::format("with the classic builder, each with {}{}", limits,
                                    is_second_choice ? "; those with build secrets with BuildKit, "
                                                       "which has no limits here"
                                                     : ""));
  }
  if (docker::can_limit_buildkit()) {
    return ok("builds", fmt::format("with BuildKit, all together with {}", limits));
  }
  return warning("builds", "with BuildKit and without limits of memory and processors",
                 "set [build] builder = classic; or run minpaasd as root, with the engine's "
                 "cgroup driver set to cgroupfs");
}

/// Nothing where there is no storage.
void Doctor::examine_storage(Findings& findings) {
  const auto volumes = parts_.volumes.all();
  if (!volumes) {
    findings.push_back(problem("storage", volumes.error()));
    return;
  }
  const auto left = std::ranges::count_if(
      *volumes, [](const state::VolumeRow& volume) { return volume.app_is_gone; });
  if (left > 0) {
    findings.push_back(warning(
        "storage", fmt::format("{} volumes, {} left by apps that are gone", volumes->size(), left),
        "list them: storage; what nobody needs any more: storage:remove VOLUME"));
  } else if (!volumes->empty()) {
    findings.push_back(ok("storage", fmt::format("{} volumes", volumes->size())));
  }
}

DoctorFinding Doctor::app(const state::AppRow& row,
                          const std::vector<docker::ContainerDetails>& containers) {
  std::string what = fmt::format("app {}", row.name.str());
  const auto live = parts_.releases.live(row.name);
  const auto rows = parts_.containers.of_app(row.name);
  if (!live || !rows) {
    return problem(std::move(what), live ? rows.error() : live.error());
  }
  if (!*live) {
    return ok(std::move(what), "not deployed yet");
  }
  if (row.stopped) {
    return ok(std::move(what), "stopped by its owner");
  }
  const std::string mend =
      fmt::format("look at `logs {0}`, then push a fix or `ps:restart {0}`", row.name.str());
  std::map<ProcessType, int> running;
  for (const state::ContainerRow& wanted : *rows) {
    if (wanted.release != (*live)->number) {
      continue;
    }
    const auto found = std::ranges::find(
        containers, wanted.id, [](const docker::ContainerDetails& c) { return c.id.value; });
    const std::string process = process_name(wanted.process, wanted.index);
    if (tasks_.crashed && tasks_.crashed({wanted.id})) {
      return problem(std::move(what), fmt::format("{} crashed again and again", process), mend);
    }
    if (found == containers.end() || !runs(*found)) {
      return problem(std::move(what), fmt::format("{} does not run", process), mend);
    }
    ++running[wanted.process];
  }
  int in_all = 0;
  for (const auto& [process, quantity] : (*live)->formation) {
    const int count = running[process];
    if (count < quantity && !process.is_release()) {
      return problem(std::move(what),
                     fmt::format("{} of {} {} processes run", count, quantity, process.str()),
                     mend);
    }
    in_all += count;
  }
  return ok(std::move(what), fmt::format("{}, {} running", (*live)->number.str(), in_all));
}

}  // namespace minpaas::hooks
