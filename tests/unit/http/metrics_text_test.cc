#include "http/metrics_text.h"

#include <gtest/gtest.h>

namespace minpaas::http {
namespace {

using Kind = hooks::Metric::Kind;

TEST(MetricsText, HasHelpTypeAndSamplesOfEachMetric) {
  EXPECT_EQ(metrics_text({{"up", "Whether it is up.", Kind::Gauge, {{{}, 1}}},
                          {"seconds_total",
                           "Time.",
                           Kind::Counter,
                           {{{{"app", "blog"}, {"kind", "push"}}, 2.5}}}}),
            "# HELP up Whether it is up.\n# TYPE up gauge\nup 1\n"
            "# HELP seconds_total Time.\n# TYPE seconds_total counter\n"
            "seconds_total{app=\"blog\",kind=\"push\"} 2.5\n");
}

TEST(MetricsText, EscapesWhatWouldEndALabel) {
  EXPECT_EQ(metrics_text({{"m", "M.", Kind::Gauge, {{{{"a", "x\"y\\z\nw"}}, 3}}}}),
            "# HELP m M.\n# TYPE m gauge\nm{a=\"x\\\"y\\\\z\\nw\"} 3\n");
}

}  // namespace
}  // namespace minpaas::http
