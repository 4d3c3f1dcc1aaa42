#pragma once

#include <string>

#include "core/base/log.h"
#include "core/state/request_key_store.h"
#include "http/api.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/fake_metrics.h"

namespace minpaas::http::test {

/// Nobody looks on.
class NoEvents : public EventSink {
 public:
  bool send(std::string_view /*event*/, std::string_view /*id*/,
            std::string_view /*data*/) override {
    return true;
  }

  bool has_begun() override { return false; }
};

/// The HTTP API, without its sockets, before a whole server on real stores, repositories and files.
class ApiBed {
 public:
  ApiBed() {
    log::set_level(log::Level::Error);
    bed.start_queue();
  }

  minpaas::test::DeployBed::Server& server() { return bed.server(); }

  /// Of a new user.
  std::string token_of(const std::string& name, minpaas::Role role) {
    const auto row = server().people.add_user(bed.admin, name, role);
    const Actor actor{row->id, name, role, "", ""};
    return server().tokens.create(actor, {"t", {}, {}})->secret;
  }

  Reply ask(const std::string& method, const std::string& target, const std::string& body = "",
            const std::string& key = "") {
    Request request{.method = method, .target = target};
    request.headers = {{"host", "localhost"},
                       {"authorization", "Bearer " + token},
                       {"content-type", "application/json"},
                       {"idempotency-key", key}};
    request.body = body;
    request.from = "192.0.2.1";
    const auto admitted = api_.admit(request, body.size());
    if (const auto* problem = std::get_if<Problem>(&admitted)) {
      return reply_from(*problem);
    }
    NoEvents events;
    return api_.serve(std::get<Admitted>(admitted), request, events, {}).value();
  }

  minpaas::test::DeployBed bed;
  AppName app = bed.make_app("blog");
  std::string token;

 private:
  state::RequestKeyStore key_store_{*server().database, server().secret};
  hooks::LocalRequestKeys request_keys_{key_store_, bed.clock};
  minpaas::test::FakeMetrics metrics_;
  Api api_{{bed.platform(), server().tokens, request_keys_, metrics_, bed.clock}, {}};
};

}  // namespace minpaas::http::test
