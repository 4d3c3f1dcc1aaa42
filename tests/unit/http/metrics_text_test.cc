#include "http/metrics_text.h"

#include <gtest/gtest.h>

#include "tests/support/exposition.h"

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

TEST(MetricsText, IsWhatPrometheusReads) {
  const std::vector<hooks::Metric> metrics{
      {"up", "Whether it is up.", Kind::Gauge, {{{}, 1}}},
      {"none", "Nothing yet.", Kind::Gauge, {}},
      {"done_total", "Things.", Kind::Counter, {{{{"app", "a\\\"\n"}}, 12345678901.0}}},
      {"took_seconds",
       "Time.",
       Kind::Histogram,
       {{{{"k", "a"}, {"le", "1"}}, 2, "_bucket"},
        {{{"k", "a"}, {"le", "+Inf"}}, 3, "_bucket"},
        {{{"k", "a"}}, 4.5, "_sum"},
        {{{"k", "a"}}, 3, "_count"}}}};
  EXPECT_EQ(test::exposition_fault(metrics_text(metrics)), "");
}

TEST(ExpositionFault, FindsWhatPrometheusRefuses) {
  for (const char* text :
       {"", "x 1", "x 1\n", "# HELP x X.\n", "# HELP x X.\n# TYPE x gauge\ny 1\n",
        "# HELP x X.\n# TYPE x gauge\nx 1\nx 2\n", "# HELP x X.\n# TYPE x gauge\nx one\n",
        "# HELP x X.\n# TYPE x gauge\nx{a=\"b} 1\n",
        "# HELP x X.\n# TYPE x gauge\nx{a=\"\\q\"} 1\n",
        "# HELP x X.\n# TYPE x gauge\nx{1=\"b\"} 1\n", "# HELP x X.\n# TYPE x counter\nx 1\n",
        "# HELP x_total X.\n# TYPE x_total counter\nx_total -1\n",
        "# HELP x X.\n# TYPE x histogram\nx_bucket{le=\"1\"} 1\nx_sum 1\nx_count 1\n",
        "# HELP x X.\n# TYPE x histogram\nx_bucket{le=\"1\"} 2\nx_bucket{le=\"+Inf\"} 1\nx_sum 1\n"
        "x_count 1\n",
        "# HELP x X.\n# TYPE x gauge\nx 1\n# HELP x X.\n# TYPE x gauge\nx{a=\"b\"} 1\n"}) {
    EXPECT_NE(test::exposition_fault(text), "") << text;
  }
}

}  // namespace
}  // namespace minpaas::http
