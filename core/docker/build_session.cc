#include "core/docker/build_session.h"

#include <fmt/format.h>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <random>

#include "core/base/log.h"
#include "core/docker/grpc_server.h"

namespace minpaas::docker {
namespace {

constexpr const char* kGetSecret = "/moby.buildkit.secrets.v1.Secrets/GetSecret";
/// The engine asks every few seconds whether the session still lives, and ends the build if not.
constexpr const char* kCheckHealth = "/grpc.health.v1.Health/Check";

constexpr protozero::pbf_tag_type kRequestedId = 1;
constexpr protozero::pbf_tag_type kData = 1;
constexpr protozero::pbf_tag_type kHealth = 1;
constexpr int kServing = 1;

/// 128 random bits: whoever can use the engine could name the session of another build.
std::string make_id() {
  std::random_device random;
  std::string id = "minpaas-";
  for (int part = 0; part < 4; ++part) {
    id += fmt::format("{:08x}", random());
  }
  return id;
}

/// Empty: it is no such message.
std::string requested_id(std::string_view message) {
  std::string id;
  try {
    protozero::pbf_reader request(message.data(), message.size());
    while (request.next(kRequestedId)) {
      id = request.get_string();
    }
  } catch (const protozero::exception&) {
    return "";
  }
  return id;
}

GrpcAnswer find_secret(const BuildSecrets& secrets, std::string_view message) {
  const auto secret = secrets.find(requested_id(message));
  if (secret == secrets.end()) {
    return {GrpcStatus::NotFound};
  }
  GrpcAnswer answer;
  protozero::pbf_writer(answer.message).add_bytes(kData, secret->second.reveal());
  return answer;
}

GrpcAnswer say_healthy() {
  GrpcAnswer answer;
  protozero::pbf_writer(answer.message).add_enum(kHealth, kServing);
  return answer;
}

std::string session_headers(const std::string& id) {
  return fmt::format(
      "X-Docker-Expose-Session-Uuid: {}\r\n"
      "X-Docker-Expose-Session-Name: minpaas\r\n"
      "X-Docker-Expose-Session-Grpc-Method: {}\r\n"
      "X-Docker-Expose-Session-Grpc-Method: {}\r\n",
      id, kGetSecret, kCheckHealth);
}

}  // namespace

Result<std::unique_ptr<BuildSession>> BuildSession::open(Api& api, BuildSecrets secrets) {
  std::unique_ptr<BuildSession> session(new BuildSession(make_id(), std::move(secrets)));
  auto connection = TRY(api.hijack(
      {.target = "/session", .protocol = "h2c", .headers = session_headers(session->id_)}));
  session->server_ =
      std::jthread([secrets = &session->secrets_,
                    connection = std::move(connection)](const std::stop_token& stop) {
        const GrpcMethods methods{
            {kGetSecret, [&](std::string_view message) { return find_secret(*secrets, message); }},
            {kCheckHealth, [](std::string_view) { return say_healthy(); }}};
        const auto served = serve_grpc(connection.socket, connection.first, methods, stop);
        if (!served) {
          log::warn("a build session ended early: {}", served.error().for_log());
        }
      });
  return session;
}

BuildSession::~BuildSession() = default;

}  // namespace minpaas::docker
