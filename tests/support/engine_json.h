#pragma once

#include <string>
#include <string_view>

#include "core/docker/engine.h"

/// The other side of core/docker: what the engine reads and writes, for EngineServer.
namespace minpaas::test {

docker::ContainerSpec read_create_body(std::string_view body, std::string_view name);
docker::ExecSpec read_exec_body(std::string_view body);
/// Of a resize's query.
WindowSize read_size(const std::map<std::string, std::string, std::less<>>& query);
std::string write_container(const docker::ContainerDetails& details);
/// Body of POST /volumes/create.
docker::VolumeDetails read_volume(std::string_view body);
/// GET /networks/{name}, of one that POST /networks/create made with this body.
std::string write_network(std::string_view create_body);
std::string write_volume_list(const std::vector<docker::VolumeDetails>& list);
std::string write_container_list(const std::vector<docker::ContainerDetails>& list);
std::string write_image(const docker::ImageDetails& details);
std::string write_image_list(const std::vector<docker::ImageDetails>& list);
std::string write_event(const docker::EngineEvent& event);
/// Of POST /containers/{id}/update.
Limits read_limits(std::string_view body);
std::string write_message(std::string_view words);
/// Labels of a `filters` parameter.
docker::Labels read_label_filter(std::string_view filters);
docker::Labels read_labels(std::string_view json);
/// A multiplexed log frame.
std::string write_frame(const docker::LogLine& line);
/// A multiplexed frame of an attachment.
std::string write_frame(docker::LogStream stream, std::string_view payload);
/// `1795616785.123456000`
SystemTime read_engine_time(std::string_view text);

/// BuildKit's messages about one step, and the lines of the classic builder about it.
class BuildWriter : public docker::BuildObserver {
 public:
  BuildWriter(docker::Builder builder, std::function<void(std::string_view)> write)
      : builder_(builder), write_(std::move(write)) {}

  void step(std::string_view name, bool cached) override;
  void output(std::string_view line) override;
  void step_done(std::string_view name, milliseconds took) override;
  void image(const ImageId& id);
  void error(std::string_view words);

 private:
  void message(std::string_view json);
  void text(std::string_view classic);
  void trace(std::string_view protobuf);
  std::string vertex(std::string_view name, bool cached, milliseconds took, bool done) const;

  docker::Builder builder_;
  std::function<void(std::string_view)> write_;
  std::string latest_;
};

}  // namespace minpaas::test
