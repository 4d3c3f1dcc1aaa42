#include <gmock/gmock.h>

#include "hooks/local_metrics.h"
#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using test::DeployBed;

class MetricsOfAServer : public testing::Test {
 protected:
  MetricsOfAServer() { bed_.start_queue(); }

  /// The sample whose first label has this value; or without labels.
  double value(const std::string& name, const std::string& label = "") {
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
        if (metric.name + sample.suffix == name &&
            (label.empty() || sample.labels.front().second == label)) {
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
  EXPECT_EQ(value("minpaas_deploys_total", "push"), -1);
  EXPECT_EQ(value("minpaas_build_seconds_count"), 0);
  ASSERT_TRUE(bed_.push(blog, bed_.commit(blog, "one")));
  EXPECT_EQ(value("minpaas_deploys_total", "push"), 1);
  EXPECT_GE(value("minpaas_deploy_seconds_sum", "push"), 0);
  EXPECT_EQ(value("minpaas_deploy_seconds_count", "push"), 1);
  EXPECT_GE(value("minpaas_deploy_seconds_bucket", "push"), 0);
  EXPECT_EQ(value("minpaas_build_seconds_count"), 1);
  EXPECT_GE(value("minpaas_build_seconds_sum"), 0);
  EXPECT_EQ(value("minpaas_deploys_running"), 0);
  EXPECT_EQ(value("minpaas_deploys_waiting"), 0);
  EXPECT_EQ(value("minpaas_engine_up"), 1);
  EXPECT_EQ(value("minpaas_containers_running", "blog"), 1);
  EXPECT_EQ(value("minpaas_process_restarts_total", "blog"), 2);
  EXPECT_EQ(value("minpaas_process_cpu_seconds_total", "blog"), 3);
  EXPECT_EQ(value("minpaas_process_memory_bytes", "blog"), 4096);
  EXPECT_EQ(value("other"), 7);
}

TEST_F(MetricsOfAServer, AreForAdministrators) {
  state::MetricStore store(*bed_.server().database);
  LocalMetrics metrics(store, bed_.engine, bed_.server().parts.instance, {});
  EXPECT_EQ(metrics.collect({2, "bob", Role::Member, "", ""}).error().code,
            ErrorCode::PermissionDenied);
}

}  // namespace
}  // namespace minpaas::hooks
