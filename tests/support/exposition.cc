#include "tests/support/exposition.h"

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace minpaas::test {
namespace {

using Labels = std::map<std::string, std::string>;

struct Series {
  std::string name;
  Labels labels;
  double value = 0;
};

bool is_name(std::string_view text, bool colons) {
  const auto fits = [&](char c, bool first) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || (colons && c == ':') ||
           (!first && std::isdigit(static_cast<unsigned char>(c)) != 0);
  };
  bool first = true;
  for (const char c : text) {
    if (!fits(c, first)) {
      return false;
    }
    first = false;
  }
  return !text.empty();
}

std::optional<double> number(const std::string& text) {
  if (text.empty() || std::isspace(static_cast<unsigned char>(text.front())) != 0) {
    return std::nullopt;
  }
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return *end == '\0' ? std::optional(value) : std::nullopt;
}

/// `name="value",...}` from `at` on, which is moved behind the brace; false when it is malformed.
bool read_labels(std::string_view line, std::size_t& at, Labels& labels) {
  while (at < line.size() && line[at] != '}') {
    const auto equals = line.find("=\"", at);
    if (equals == std::string_view::npos || !is_name(line.substr(at, equals - at), false)) {
      return false;
    }
    const std::string name(line.substr(at, equals - at));
    std::string value;
    at = equals + 2;
    for (; at < line.size() && line[at] != '"'; ++at) {
      if (line[at] == '\\') {
        ++at;
        if (at == line.size() || (line[at] != '\\' && line[at] != '"' && line[at] != 'n')) {
          return false;
        }
      }
      value += line[at];
    }
    if (at == line.size() || !labels.emplace(name, value).second) {
      return false;
    }
    ++at;
    if (at < line.size() && line[at] == ',') {
      ++at;
    }
  }
  return at++ < line.size();
}

std::optional<Series> read_series(std::string_view line) {
  Series series;
  std::size_t at = line.find_first_of("{ ");
  if (at == std::string_view::npos || !is_name(line.substr(0, at), true)) {
    return std::nullopt;
  }
  series.name = line.substr(0, at);
  if (line[at] == '{' && !read_labels(line, ++at, series.labels)) {
    return std::nullopt;
  }
  if (at >= line.size() || line[at] != ' ') {
    return std::nullopt;
  }
  const auto value = number(std::string(line.substr(at + 1)));
  if (!value) {
    return std::nullopt;
  }
  series.value = *value;
  return series;
}

struct Family {
  std::string name;
  std::string type;
  std::vector<Series> series;
};

std::string suffix_of(const Family& family, const Series& series) {
  return series.name.starts_with(family.name) ? series.name.substr(family.name.size()) : "?";
}

/// Buckets rise, the last one is everything, sum and count are there.
std::string histogram_fault(const Family& family) {
  struct Parts {
    std::vector<std::pair<double, double>> buckets;
    std::optional<double> sum;
    std::optional<double> count;
  };

  std::map<Labels, Parts> all;
  for (const Series& series : family.series) {
    Labels labels = series.labels;
    const std::string suffix = suffix_of(family, series);
    if (suffix == "_bucket") {
      const auto bound = labels.contains("le") ? number(labels["le"]) : std::nullopt;
      if (!bound) {
        return "a bucket has no bound";
      }
      labels.erase("le");
      all[labels].buckets.emplace_back(*bound, series.value);
    } else {
      (suffix == "_sum" ? all[labels].sum : all[labels].count) = series.value;
    }
  }
  for (const auto& [labels, parts] : all) {
    if (!parts.sum || !parts.count || parts.buckets.empty() ||
        !std::isinf(parts.buckets.back().first) || parts.buckets.back().second != *parts.count) {
      return "a histogram is not whole";
    }
    for (std::size_t i = 1; i < parts.buckets.size(); ++i) {
      if (parts.buckets[i].first <= parts.buckets[i - 1].first ||
          parts.buckets[i].second < parts.buckets[i - 1].second) {
        return "buckets do not rise";
      }
    }
  }
  return "";
}

std::string family_fault(const Family& family) {
  const bool is_histogram = family.type == "histogram";
  const std::set<std::string> allowed =
      is_histogram ? std::set<std::string>{"_bucket", "_sum", "_count"} : std::set<std::string>{""};
  std::set<std::pair<std::string, Labels>> seen;
  for (const Series& series : family.series) {
    if (!allowed.contains(suffix_of(family, series))) {
      return "a sample of another metric: " + series.name;
    }
    if (!seen.emplace(series.name, series.labels).second) {
      return "a series is there twice";
    }
    if (family.type == "counter" && series.value < 0) {
      return "a counter is below zero";
    }
  }
  if ((family.type == "counter") != family.name.ends_with("_total")) {
    return "counters, and they alone, end with _total";
  }
  return is_histogram ? histogram_fault(family) : "";
}

/// `# HELP name text` and `# TYPE name type`, in this order.
std::string read_head(std::string_view help, std::string_view type, Family& family) {
  constexpr std::string_view kHelp = "# HELP ";
  constexpr std::string_view kType = "# TYPE ";
  const auto space = help.find(' ', kHelp.size());
  if (!help.starts_with(kHelp) || space == std::string_view::npos || space + 1 == help.size()) {
    return "no HELP";
  }
  family.name = help.substr(kHelp.size(), space - kHelp.size());
  const std::string expected = std::string(kType) + family.name + " ";
  if (!is_name(family.name, true) || !type.starts_with(expected)) {
    return "no TYPE behind the HELP of " + family.name;
  }
  family.type = type.substr(expected.size());
  return family.type == "counter" || family.type == "gauge" || family.type == "histogram"
             ? ""
             : "an unknown type " + family.type;
}

}  // namespace

std::string exposition_fault(std::string_view text) {
  if (text.empty() || text.back() != '\n') {
    return "no line end at the end";
  }
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  std::set<std::string> names;
  for (std::size_t at = 0; at < lines.size();) {
    Family family;
    const auto fault =
        at + 1 < lines.size() ? read_head(lines[at], lines[at + 1], family) : "half a metric";
    if (!fault.empty()) {
      return fault;
    }
    for (at += 2; at < lines.size() && !lines[at].starts_with('#'); ++at) {
      const auto series = read_series(lines[at]);
      if (!series) {
        return "not a sample: " + std::string(lines[at]);
      }
      family.series.push_back(*series);
    }
    if (!names.insert(family.name).second) {
      return "a metric is there twice: " + family.name;
    }
    if (const auto wrong = family_fault(family); !wrong.empty()) {
      return family.name + ": " + wrong;
    }
  }
  return "";
}

}  // namespace minpaas::test
