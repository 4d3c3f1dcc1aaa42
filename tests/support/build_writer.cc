#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>

#include "tests/support/engine_json.h"

namespace minpaas::test {

using Json = nlohmann::json;

namespace {

constexpr std::int64_t kBuildStart = 1'795'600'000;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
    };
    const unsigned group = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    for (unsigned part = 0; part < 4; ++part) {
      const bool padding = i + part > bytes.size();
      text += padding ? '=' : kAlphabet[group >> (6U * (3U - part)) & 63U];
    }
  }
  return text;
}

std::string timestamp(milliseconds after_start) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_int64(1, kBuildStart + after_start.count() / 1000);
  writer.add_int32(2, static_cast<std::int32_t>(after_start.count() % 1000 * 1'000'000));
  return bytes;
}

}  // namespace

void BuildWriter::message(std::string_view json) {
  write_(std::string(json) + "\n");
}

void BuildWriter::text(std::string_view classic) {
  message(Json{{"stream", classic}}.dump());
}

void BuildWriter::trace(std::string_view protobuf) {
  message(Json{{"id", "moby.buildkit.trace"}, {"aux", base64(protobuf)}}.dump());
}

std::string BuildWriter::vertex(std::string_view name, bool cached, milliseconds took,
                                bool done) const {
  std::string inner;
  protozero::pbf_writer vertex(inner);
  vertex.add_string(1, fmt::format("sha256:{}", name));
  vertex.add_string(3, name.data(), name.size());
  vertex.add_bool(4, cached);
  vertex.add_message(5, timestamp(milliseconds(0)));
  if (done) {
    vertex.add_message(6, timestamp(took));
  }
  std::string status;
  protozero::pbf_writer(status).add_message(1, inner);
  return status;
}

void BuildWriter::step(std::string_view name, bool cached) {
  latest_ = name;
  if (builder_ == docker::Builder::BuildKit) {
    trace(vertex(name, cached, milliseconds(0), cached));
    return;
  }
  // `[2/3] RUN x` is `Step 2/3 : RUN x` there.
  const auto bracket = name.find(']');
  text(fmt::format("Step {} : {}", name.substr(1, bracket - 1), name.substr(bracket + 2)));
  text("\n");
  text(cached ? " ---> Using cache\n" : " ---> Running in 0123456789ab\n");
}

void BuildWriter::output(std::string_view line) {
  if (builder_ == docker::Builder::Classic) {
    text(std::string(line) + "\n");
    return;
  }
  std::string inner;
  protozero::pbf_writer log(inner);
  log.add_string(1, "sha256:" + latest_);
  log.add_int64(3, 1);
  log.add_bytes(4, std::string(line) + "\n");
  std::string status;
  protozero::pbf_writer(status).add_message(3, inner);
  trace(status);
}

void BuildWriter::step_done(std::string_view name, milliseconds took) {
  if (builder_ == docker::Builder::BuildKit) {
    trace(vertex(name, false, took, true));
  } else {
    text(" ---> 0123456789ab\n");
  }
}

void BuildWriter::image(const ImageId& id) {
  Json json = {{"aux", {{"ID", id.value}}}};
  if (builder_ == docker::Builder::BuildKit) {
    json["id"] = "moby.image.id";
  }
  message(json.dump());
}

void BuildWriter::error(std::string_view words) {
  message(Json{{"errorDetail", {{"message", words}}}, {"error", words}}.dump());
}

}  // namespace minpaas::test
