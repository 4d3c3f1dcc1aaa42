#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/docker/build_stream.h"
#include "core/docker/line_splitter.h"

namespace {

class Lines : public minpaas::docker::BuildObserver {
 public:
  void step(std::string_view name, bool /*cached*/) override { one_line(name); }

  void output(std::string_view line) override { one_line(line); }

  void step_done(std::string_view name, minpaas::milliseconds /*took*/) override { one_line(name); }

 private:
  static void one_line(std::string_view text) {
    if (text.find('\n') != std::string_view::npos) {
      std::abort();
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Lines lines;
  minpaas::docker::BuildStream stream(lines, [] { return minpaas::SteadyTime{}; });
  minpaas::docker::LineSplitter splitter(64UL << 10, [&](std::string_view line) {
    stream.take(line);
    return true;
  });
  splitter.feed({reinterpret_cast<const char*>(data), size});
  splitter.finish();
  const auto built = stream.finish();
  // It ends with an image or with one line of reason.
  if (built ? built->value.empty() : built.error().message.find('\n') != std::string::npos) {
    std::abort();
  }
  return 0;
}
