#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

#include "core/base/fd.h"
#include "core/base/guarded.h"
#include "core/base/result.h"
#include "core/router/request_line.h"
#include "core/router/router.h"

namespace minpaas::router {

/// Makes the FIFO that HAProxy writes its log of requests to, mode 0600, where there is none.
/// Errors: those of files.
Result<void> make_request_pipe(const std::filesystem::path& path);

/// Reads the requests that HAProxy logs, and tells them. It never makes HAProxy wait: what is not
/// read in time is lost.
///
/// Thread: any; the sink is called on the object's own thread.
class RequestLog {
 public:
  RequestLog() = default;
  /// Tells what it has read.
  ~RequestLog() = default;
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;

  /// Once, what has waited in the pipe first. Errors: those of files.
  Result<void> start(const std::filesystem::path& pipe);
  /// See Router::set_request_sink.
  void set_sink(RequestSink sink);
  /// Who is meant from now on.
  void set_names(RequestNames names);

 private:
  void read(const std::stop_token& stop);
  void tell(std::vector<RequestLine> lines);

  /// Held while it is called.
  Guarded<RequestSink> sink_;
  /// The reader goes on with those that it has while there are new ones.
  Guarded<std::shared_ptr<const RequestNames>> names_{std::make_shared<const RequestNames>()};
  Fd pipe_;
  std::optional<WakeUp> wake_;
  std::jthread reader_;
};

}  // namespace minpaas::router
