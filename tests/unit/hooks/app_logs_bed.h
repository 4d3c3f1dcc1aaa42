#pragma once

#include "hooks/logs/app_logs.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "core/base/guarded.h"
#include "tests/support/fake_engine.h"
#include "tests/support/temp_dir.h"

namespace minpaas::hooks {

class Logs : public testing::Test {
 protected:
  test::FakeEngine engine_;
  ImageId image_ = engine_.add_image("blog");
  test::TempDir folder_;
  AppJournal journal_{folder_.path()};
  RealClock clock_;
  AppLogs logs_{LogSources(engine_, journal_, "this-server"), clock_};
  AppName app_ = *AppName::parse("blog");
  int made_ = 0;
  std::vector<std::string> lines_;

  docker::ContainerId start(const std::string& process, const std::string& instance = "this-server",
                            const std::string& one_off = "") {
    docker::ContainerSpec spec;
    spec.name = "c" + std::to_string(++made_);
    spec.image = image_;
    spec.labels = {
        {"minpaas.app", "blog"}, {"minpaas.instance", instance}, {"minpaas.process", process}};
    spec.labels["minpaas.one-off"] = one_off;
    const auto id = *engine_.create_container(spec);
    EXPECT_TRUE(engine_.start_container(id));
    return id;
  }

  void note(JournalTopic topic, const std::string& text) {
    // The engine's lines of one moment get later ones.
    std::this_thread::sleep_for(milliseconds(2));
    journal_.add("blog", topic, {{clock_.now(), docker::LogStream::Out, text}});
    std::this_thread::sleep_for(milliseconds(2));
  }

  Result<void> read(const LogQuery& query = {}) {
    return logs_.read(app_, query,
                      [this](SystemTime, std::string_view source, std::string_view text) {
                        lines_.push_back(std::string(source) + ": " + std::string(text));
                        return true;
                      },
                      {});
  }
};

}  // namespace minpaas::hooks
