#include "core/docker/build_trace.h"

#include <array>
#include <cstdint>
#include <protozero/pbf_message.hpp>

namespace minpaas::docker {
namespace {

using protozero::tag_and_type;
constexpr auto kVarint = protozero::pbf_wire_type::varint;
constexpr auto kBytes = protozero::pbf_wire_type::length_delimited;

Error corrupt(std::string_view cause) {
  return {ErrorCode::Corrupt, "the Docker Engine sent a build trace that cannot be read", "",
          std::string(cause)};
}

SystemTime read_time(protozero::pbf_reader time) {
  std::int64_t whole = 0;
  std::int32_t nanos = 0;
  while (time.next()) {
    switch (time.tag_and_type()) {
      case tag_and_type(1, kVarint):
        whole = time.get_int64();
        break;
      case tag_and_type(2, kVarint):
        nanos = time.get_int32();
        break;
      default:
        time.skip();
    }
  }
  // Beyond the year 9999 it is garbage, and microseconds would overflow.
  constexpr std::int64_t kMostSeconds = 253'402'300'799;
  if (whole < 0 || whole > kMostSeconds) {
    return {};
  }
  return SystemTime(
      std::chrono::seconds(whole) +
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::nanoseconds(nanos)));
}

TraceVertex read_vertex(protozero::pbf_reader message) {
  TraceVertex vertex;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(1, kBytes):
        vertex.digest = message.get_string();
        break;
      case tag_and_type(3, kBytes):
        vertex.name = message.get_string();
        break;
      case tag_and_type(4, kVarint):
        vertex.cached = message.get_bool();
        break;
      case tag_and_type(5, kBytes):
        vertex.started = read_time(message.get_message());
        break;
      case tag_and_type(6, kBytes):
        vertex.completed = read_time(message.get_message());
        break;
      case tag_and_type(7, kBytes):
        vertex.error = message.get_string();
        break;
      default:
        message.skip();
    }
  }
  return vertex;
}

TraceLog read_log(protozero::pbf_reader message) {
  TraceLog log;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(1, kBytes):
        log.vertex = message.get_string();
        break;
      case tag_and_type(3, kVarint):
        log.stream = static_cast<int>(message.get_int64());
        break;
      case tag_and_type(4, kBytes):
        log.text = message.get_bytes();
        break;
      default:
        message.skip();
    }
  }
  return log;
}

constexpr std::array<signed char, 256> base64_values() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<signed char, 256> values{};
  values.fill(-1);
  signed char value = 0;
  for (const char c : kAlphabet) {
    values[static_cast<unsigned char>(c)] = value++;
  }
  return values;
}

int base64_value(char c) {
  static constexpr auto kValues = base64_values();
  return kValues[static_cast<unsigned char>(c)];
}

}  // namespace

Result<TraceStatus> decode_trace(std::string_view protobuf) {
  TraceStatus status;
  try {
    protozero::pbf_reader message(protobuf.data(), protobuf.size());
    while (message.next()) {
      switch (message.tag_and_type()) {
        case tag_and_type(1, kBytes):
          status.vertices.push_back(read_vertex(message.get_message()));
          break;
        case tag_and_type(3, kBytes):
          status.logs.push_back(read_log(message.get_message()));
          break;
        default:
          message.skip();
      }
    }
  } catch (const protozero::exception& broken) {
    return corrupt(broken.what());
  }
  return status;
}

Result<std::string> decode_base64(std::string_view text) {
  while (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) {
      return corrupt("no base64");
    }
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xffU);
    }
  }
  return bytes;
}

}  // namespace minpaas::docker
