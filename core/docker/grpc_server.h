#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/fd.h"
#include "core/base/result.h"

/// gRPC turned round: the engine is the client of a connection that we have opened.
namespace minpaas::docker {

/// The status codes that are used of gRPC's (grpc/doc/statuscodes.md).
enum class GrpcStatus { Ok = 0, NotFound = 5, ResourceExhausted = 8, Unimplemented = 12 };

struct GrpcAnswer {
  GrpcStatus status = GrpcStatus::Ok;
  /// A protobuf message.
  std::string message = {};
};

/// `/package.Service/Method` -> what answers its one request message with one message.
using GrpcMethods =
    std::map<std::string, std::function<GrpcAnswer(std::string_view message)>, std::less<>>;

constexpr std::size_t kMostGrpcRequestBytes = 64UL << 10;

/// Answers calls on a connection that is HTTP/2 from its first byte, `first` are those that have
/// come already, until it ends or `stop`. What is no method is Unimplemented, a request of more
/// than kMostGrpcRequestBytes is ResourceExhausted. Errors: Corrupt (it is no HTTP/2), Unavailable
/// (the connection broke). Source: grpc/doc/PROTOCOL-HTTP2.md. Thread: the caller's.
Result<void> serve_grpc(const Fd& socket, std::string_view first, const GrpcMethods& methods,
                        const std::stop_token& stop);

}  // namespace minpaas::docker
