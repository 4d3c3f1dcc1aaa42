#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/base/guarded.h"
#include "core/base/text.h"
#include "core/router/haproxy_router.h"
#include "tests/support/fake_engine.h"
#include "tests/support/loopback_client.h"
#include "tests/support/loopback_server.h"
#include "tests/support/needs.h"
#include "tests/support/temp_dir.h"

/// HaproxyRouter with the real HAProxy; containers are servers on loopback addresses.
namespace minpaas::router {

using test::free_port;

constexpr int kInside = 8000;

Fd listen_on_any_port();
int port_of(const Fd& socket);
/// Everything that is answered to one request; empty when nobody answers.
std::string ask(int port, const std::string& request);
std::string get(int port, const std::string& host = "any", const std::string& path = "/");

Fd connect_to(const std::filesystem::path& unix_socket);

/// A connection that stays open between its requests.
class KeptConnection {
 public:
  explicit KeptConnection(int port);
  /// The answer, whose length is in its header; what came when the connection ended.
  std::string get();

 private:
  Fd socket_;
};

class Haproxy : public testing::Test {
 protected:
  void SetUp() override {
    MINPAAS_NEEDS(!find_haproxy().empty(), "haproxy");
    const auto started = restart_server();
    ASSERT_TRUE(started) << started.error().for_log();
  }

  void TearDown() override {
    router_.reset();
    HaproxyProcess::stop({folder_.path() / "router"});
  }

  /// What a new minpaasd does, with what its database says.
  Result<void> restart_server(const std::vector<Route>& routes = {}) {
    router_.reset();
    router_ = std::make_unique<HaproxyRouter>(engine_,
                                              HaproxySettings{.folder = folder_.path() / "router",
                                                              .program = program_,
                                                              .foreign_socket = foreign_socket_,
                                                              .domain = "apps.example",
                                                              .http = {{"127.0.0.1", by_name_}},
                                                              .request_log = request_log_,
                                                              .app_address = "127.0.0.1"});
    router_->set_request_sink([this](const std::vector<RequestLine>& lines) {
      told_.with([&](std::vector<std::string>& told) {
        for (const RequestLine& line : lines) {
          told.push_back(line.app.str() + ": " + line.text);
        }
      });
    });
    return router_->start(routes);
  }

  /// A container that runs and answers `text`.
  Candidate run(const std::string& text) {
    docker::ContainerSpec spec;
    spec.name = "web-" + text;
    spec.image = image_;
    spec.internal_port = kInside;
    spec.labels[std::string(docker::kLabelProcess)] = "web.1";
    Candidate candidate{*engine_.create_container(spec), spec};
    EXPECT_TRUE(engine_.start_container(candidate.container));
    answer(candidate.container, text);
    return candidate;
  }

  void answer(const docker::ContainerId& container, const std::string& text) {
    const auto details = *engine_.inspect_container(container);
    servers_.push_back(std::make_unique<test::LoopbackServer>(
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text,
        details.address, kInside));
  }

  RouteChange change(const std::vector<Candidate>& candidates,
                     const std::vector<docker::ContainerId>& serving = {}) {
    return {blog_, ReleaseNumber(1), port_, candidates, serving};
  }

  Result<Switched> switch_to(const std::vector<Candidate>& candidates,
                             const std::vector<docker::ContainerId>& serving = {}) {
    return router_->switch_to(change(candidates, serving),
                              [](const docker::ContainerId&) { return Result<void>(); }, {});
  }

  /// The first release of another app.
  Result<Switched> serve(const AppName& app, const std::string& text, std::stop_token stop = {}) {
    return router_->switch_to(
        {app, ReleaseNumber(1), shop_port_, {run(text)}, {}},
        [](const docker::ContainerId&) { return Result<void>(); }, std::move(stop));
  }

  int count_reloads() {
    const auto processes = HaproxyCli(folder_.path() / "router/master.sock").processes();
    return processes ? processes->reloads : -1;
  }

  /// 0: it has not written it yet.
  int haproxy_pid() {
    const auto text = read_file(folder_.path() / "router/haproxy.pid", 64);
    const auto pid = parse_number(text ? trim(*text) : "", "pid", 1, 1 << 30);
    return pid ? static_cast<int>(*pid) : 0;
  }

  [[nodiscard]] std::vector<std::string> told() const {
    return told_.with([](const auto& lines) { return lines; });
  }

  /// All that was told, once there are so many.
  std::vector<std::string> told(std::size_t count) {
    soon([&] { return told().size() >= count; });
    return told();
  }

  static bool soon(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(20));
    }
    return condition();
  }

  test::TempDir folder_;
  std::string program_ = find_haproxy();
  bool request_log_ = true;
  std::string foreign_socket_;
  Guarded<std::vector<std::string>> told_;
  test::FakeEngine engine_;
  ImageId image_ = engine_.add_image("blog");
  AppName blog_ = *AppName::parse("blog");
  AppName shop_ = *AppName::parse("shop");
  int port_ = free_port();
  int shop_port_ = free_port();
  int by_name_ = free_port();
  std::vector<std::unique_ptr<test::LoopbackServer>> servers_;
  std::unique_ptr<HaproxyRouter> router_;
};

}  // namespace minpaas::router
