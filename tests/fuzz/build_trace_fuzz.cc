#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/docker/trace_progress.h"

namespace {

/// Steps must begin before they end, and their names be one line.
class Order : public minpaas::docker::BuildObserver {
 public:
  void step(std::string_view name, bool /*cached*/) override {
    if (name.find('\n') != std::string_view::npos) {
      std::abort();
    }
    ++begun_;
  }

  void output(std::string_view line) override {
    if (line.find('\n') != std::string_view::npos) {
      std::abort();
    }
  }

  void step_done(std::string_view /*name*/, minpaas::milliseconds took) override {
    if (took.count() < 0 || ++done_ > begun_) {
      std::abort();
    }
  }

 private:
  int begun_ = 0;
  int done_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto status = minpaas::docker::decode_trace({reinterpret_cast<const char*>(data), size});
  if (!status) {
    return 0;
  }
  Order order;
  minpaas::docker::TraceProgress progress(order);
  progress.take(*status);
  progress.finish();
  return 0;
}
