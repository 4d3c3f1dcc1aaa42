#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/base/guarded.h"
#include "core/docker/engine.h"
#include "tests/support/fake_engine.h"
#include "tests/support/http_server.h"

namespace minpaas::test {

/// The Engine API over a unix socket with a FakeEngine behind it: what DockerEngine is tested
/// against where no Docker is. It answers as Docker Engine 20.10 does, or as a later one where
/// `speak` says so. While the FakeEngine is down it closes connections without an answer.
class EngineServer {
 public:
  EngineServer(const std::filesystem::path& socket, FakeEngine& engine);

  /// Newest and oldest API version; requests outside of them are refused.
  void speak(std::string newest, std::string oldest);
  /// The Builder-Version header of /_ping, as from API 1.42 on.
  void name_builder(std::string version);

 private:
  struct Speech {
    std::string newest = "1.41";
    std::string oldest = "1.12";
    std::string builder;
  };

  void handle(HttpCall& call);
  void route(HttpCall& call, std::string_view path);
  void container(HttpCall& call, const docker::ContainerId& id, std::string_view action);
  void image(HttpCall& call, std::string_view path);
  void network(HttpCall& call, std::string_view path);
  /// `path` is empty for all of them.
  void volume(HttpCall& call, std::string_view path);
  void create(HttpCall& call);
  void list(HttpCall& call);
  void build(HttpCall& call);
  void logs(HttpCall& call, const docker::ContainerId& id);
  void events(HttpCall& call);
  void create_exec(HttpCall& call, const docker::ContainerId& id, std::string_view body);
  void exec(HttpCall& call, std::string_view path);
  void exec_status(HttpCall& call, std::string_view id);
  void attach(HttpCall& call, const docker::ContainerId& id);
  /// Takes the connection over: carries the program's bytes until either side ends.
  void carry(HttpCall& call, Result<std::unique_ptr<docker::Attachment>> attachment, bool terminal);
  void refuse(HttpCall& call, const Error& error);
  /// Answers 304 when nothing was to be done.
  void answer_change(HttpCall& call, const Result<void>& result, bool was_done);

  FakeEngine& engine_;
  Guarded<Speech> speech_;
  /// What is answered of each, by its name.
  Guarded<std::map<std::string, std::string>> networks_;
  HttpServer server_;
};

}  // namespace minpaas::test
