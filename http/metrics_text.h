#pragma once

#include <string>
#include <vector>

#include "hooks/service/metrics.h"

namespace minpaas::http {

constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

/// In Prometheus' text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
std::string metrics_text(const std::vector<hooks::Metric>& metrics);

}  // namespace minpaas::http
