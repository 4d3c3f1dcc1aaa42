#pragma once

#include "http/api.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/base/log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_metrics.h"
#include "tests/support/fake_platform.h"
#include "tests/support/fake_request_keys.h"

/// The HTTP API before a platform that is a fake, without sockets.
namespace minpaas::http {

struct Event {
  std::string event;
  std::string id;
  std::string data;
};

class Events : public EventSink {
 public:
  bool send(std::string_view event, std::string_view id, std::string_view data) override {
    all.push_back({std::string(event), std::string(id), std::string(data)});
    return !peer_has_left;
  }

  bool has_begun() override { return !all.empty(); }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Event& event : all) {
      names.push_back(event.event);
    }
    return names;
  }

  std::vector<Event> all;
  bool peer_has_left = false;
};

/// `blog` was deployed and has logs; ada is an administrator with a token for everything.
class HttpApi : public testing::Test {
 protected:
  HttpApi() {
    log::set_level(log::Level::Error);
    platform_.deploy("blog", *Oid::parse(std::string(Oid::kHexCharacters, '1')));
    platform_.deploy("blog", *Oid::parse(std::string(Oid::kHexCharacters, '2')));
    make_token("all", {});
  }

  void make_token(const std::string& name, const std::vector<std::string>& scope,
                  std::optional<milliseconds> lifetime = std::nullopt) {
    hooks::TokenRequest request{name, {}, lifetime};
    for (const std::string& text : scope) {
      request.scope.push_back(*ScopeRule::parse(text));
    }
    const Actor ada{.user_id = 1,
                    .name = "ada",
                    .role = minpaas::Role::Admin,
                    .key_fingerprint = "",
                    .from = ""};
    ASSERT_TRUE(platform_.tokens().create(ada, request));
  }

  Request request(const std::string& method, const std::string& target, const std::string& body) {
    Request request{.method = method, .target = target};
    request.headers = {{"host", "localhost"},
                       {"authorization", "Bearer secret-" + token_},
                       {"content-type", "application/json"}};
    request.body = body;
    request.from = "192.0.2.1";
    for (const auto& [name, value] : headers_) {
      request.headers[name] = value;
    }
    return request;
  }

  Reply ask(const std::string& method, const std::string& target, const std::string& body = "") {
    const Request asked = request(method, target, body);
    const auto admitted = api_.admit(asked, body.size());
    if (const auto* problem = std::get_if<Problem>(&admitted)) {
      return reply_from(*problem);
    }
    events_.all.clear();
    const auto reply = api_.serve(std::get<Admitted>(admitted), asked, events_, gone_.get_token());
    return reply.value_or(Reply{.status = 0, .body = "streamed"});
  }

  /// The target that the Link header leads to; empty: there is none.
  static std::string next_of(const Reply& reply) {
    for (const auto& [name, value] : reply.headers) {
      if (name == "Link") {
        EXPECT_THAT(value, testing::EndsWith(">; rel=\"next\""));
        return value.substr(1, value.find('>') - 1);
      }
    }
    return "";
  }

  int status(const std::string& method, const std::string& target, const std::string& body = "") {
    return ask(method, target, body).status;
  }

  test::FakeClock clock_;
  test::FakePlatform platform_{clock_};
  test::FakeRequestKeys request_keys_;
  test::FakeMetrics metrics_;
  Backend backend_{platform_, platform_.tokens(), request_keys_, metrics_, clock_};
  Api api_{backend_, {.most_body_bytes = 1000, .most_long_requests = 2}};
  std::string token_ = "all";
  Headers headers_;
  Events events_;
  std::stop_source gone_;
};

}  // namespace minpaas::http
