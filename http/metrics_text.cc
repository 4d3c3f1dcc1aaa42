#include "http/metrics_text.h"

#include <fmt/format.h>

#include <string_view>

namespace minpaas::http {
namespace {

std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') {
      text += '\\';
    }
    text += c;
  }
  return text;
}

std::string_view type_name(hooks::Metric::Kind kind) {
  switch (kind) {
    case hooks::Metric::Kind::Counter:
      return "counter";
    case hooks::Metric::Kind::Gauge:
      return "gauge";
    case hooks::Metric::Kind::Histogram:
      return "histogram";
  }
  return "untyped";
}

std::string labels_text(const hooks::Sample& sample) {
  std::string text;
  for (const auto& [name, value] : sample.labels) {
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, escaped(value));
  }
  return text.empty() ? text : "{" + text + "}";
}

}  // namespace

std::string metrics_text(const std::vector<hooks::Metric>& metrics) {
  std::string text;
  for (const hooks::Metric& metric : metrics) {
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", metric.name, metric.help,
                        type_name(metric.kind));
    for (const hooks::Sample& sample : metric.samples) {
      text +=
          fmt::format("{}{}{} {}\n", metric.name, sample.suffix, labels_text(sample), sample.value);
    }
  }
  return text;
}

}  // namespace minpaas::http
