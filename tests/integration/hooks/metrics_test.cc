#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <ranges>

#include "hooks/platform/local_metrics.h"
#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using test::DeployBed;

class MetricsOfAServer : public testing::Test {
 protected:
  MetricsOfAServer() { bed_.start_queue(); }

  /// The sample whose first labels have these values; -1 when there is none.
  double value(const std::string& name, const std::vector<std::string>& labels = {}) {
    state::MetricStore store(*bed_.server().database);
    LocalMetrics metrics(store, bed_.engine, bed_.server().parts.instance,
                         {[](const docker::ContainerId&) { return 2; },
                          [](const docker::ContainerId&) {
                            return std::optional(ContainerUsage{std::chrono::seconds(3), 4096});
                          }});
    metrics.add([] {
      return std::vector<Metric>{{"other", "Counted elsewhere.", Metric::Kind::Gauge, {{{}, 7}}}};
    });
    const auto all = metrics.collect(bed_.admin);
    EXPECT_TRUE(all);
    for (const Metric& metric : *all) {
      for (const Sample& sample : metric.samples) {
        const bool fits = std::ranges::equal(
            labels, sample.labels | std::views::values | std::views::take(labels.size()));
        if (metric.name + sample.suffix == name && fits) {
          return sample.value;
        }
      }
    }
    return -1;
  }

  DeployBed bed_;
};

TEST_F(MetricsOfAServer, CountDeploysAndContainers) {
  const AppName blog = bed_.make_app("blog");
  EXPECT_EQ(value("minpaas_deploys_total", {"push"}), -1);
  EXPECT_EQ(value("minpaas_build_seconds_count"), 0);
  ASSERT_TRUE(bed_.push(blog, bed_.commit(blog, "one")));
  EXPECT_EQ(value("minpaas_deploys_total", {"push"}), 1);
  EXPECT_GE(value("minpaas_deploy_seconds_sum", {"push"}), 0);
  EXPECT_EQ(value("minpaas_deploy_seconds_count", {"push"}), 1);
  EXPECT_GE(value("minpaas_deploy_seconds_bucket", {"push"}), 0);
  EXPECT_EQ(value("minpaas_build_seconds_count"), 1);
  EXPECT_GE(value("minpaas_build_seconds_sum"), 0);
  EXPECT_EQ(value("minpaas_deploys_running"), 0);
  EXPECT_EQ(value("minpaas_deploys_waiting"), 0);
  EXPECT_EQ(value("minpaas_engine_up"), 1);
  EXPECT_EQ(value("minpaas_containers_running", {"blog"}), 1);
  EXPECT_EQ(value("minpaas_process_restarts_total", {"blog"}), 2);
  EXPECT_EQ(value("minpaas_process_cpu_seconds_total", {"blog"}), 3);
  EXPECT_EQ(value("minpaas_process_memory_bytes", {"blog"}), 4096);
  EXPECT_EQ(value("other"), 7);
}

TEST_F(MetricsOfAServer, CountDeploysThatFailed) {
  const AppName blog = bed_.make_app("blog");
  for (int attempt = 1; attempt <= 2; ++attempt) {
    bed_.engine.next_build_fails("no network");
    const auto outcome = bed_.push(blog, bed_.commit(blog, "one"));
    ASSERT_EQ(outcome->stage, state::DeployStage::Failed);
    EXPECT_EQ(value("minpaas_deploys_total", {"push", "failed"}), attempt);
  }
  EXPECT_EQ(value("minpaas_deploys_total", {"push", "succeeded"}), -1);
  EXPECT_EQ(value("minpaas_deploy_seconds_count", {"push", "failed"}), 2);
  EXPECT_EQ(value("minpaas_build_seconds_count"), 2) << "a build that fails takes its time too";
}

TEST_F(MetricsOfAServer, CountDeploysThatRunAndWait) {
  const AppName blog = bed_.make_app("blog");
  bed_.engine.hold_builds();
  test::Watcher watcher;
  const auto push = [&](const Oid& commit) {
    return std::async(std::launch::async, [&, commit] {
      return bed_.platform().push(bed_.admin, bed_.push_of(blog, commit), watcher.follow());
    });
  };
  const Oid one = bed_.commit(blog, "one");
  auto running = push(one);
  ASSERT_TRUE(bed_.engine.wait_for_builds(1));
  EXPECT_EQ(value("minpaas_deploys_running"), 1);
  EXPECT_EQ(value("minpaas_deploys_waiting"), 0);
  auto waiting = push(bed_.commit(blog, "two", one));
  ASSERT_TRUE(watcher.wait_for("Waiting for deploy 1"));
  EXPECT_EQ(value("minpaas_deploys_running"), 1);
  EXPECT_EQ(value("minpaas_deploys_waiting"), 1);
  bed_.engine.release_builds();
  EXPECT_EQ(running.get()->stage, state::DeployStage::Succeeded);
  EXPECT_EQ(waiting.get()->stage, state::DeployStage::Succeeded);
  EXPECT_EQ(value("minpaas_deploys_running"), 0);
  EXPECT_EQ(value("minpaas_deploys_waiting"), 0);
  EXPECT_EQ(value("minpaas_deploys_total", {"push", "succeeded"}), 2);
}

TEST_F(MetricsOfAServer, AreForAdministrators) {
  state::MetricStore store(*bed_.server().database);
  LocalMetrics metrics(store, bed_.engine, bed_.server().parts.instance, {});
  EXPECT_EQ(metrics.collect({2, "bob", Role::Member, "", ""}).error().code,
            ErrorCode::PermissionDenied);
}

}  // namespace
}  // namespace minpaas::hooks
