#include "http/page_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/text.h"
#include "sshd/commands/paging.h"

namespace minpaas::http {
namespace {

constexpr std::string_view kLimit = "--limit=";

/// The query as it came, without what says which part.
std::string other_fields(std::string_view target, std::string_view cursor) {
  std::string fields;
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) {
    return fields;
  }
  for (const std::string_view field : split(target.substr(mark + 1), '&')) {
    const std::string_view name = field.substr(0, field.find('='));
    const bool is_plain = field.find_first_of("<>\"") == std::string_view::npos;
    if (!field.empty() && is_plain && name != "limit" && name != cursor) {
      fields += fmt::format("{}&", field);
    }
  }
  return fields;
}

/// How many rows a list has, and what the first and the last have in one field, without keeping the
/// rest: the first byte of a list waits for this.
class RowReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit RowReader(std::string_view field) : field_(field) {}

  /// 0: it is no list.
  [[nodiscard]] std::ptrdiff_t count() const { return is_list_ ? count_ : 0; }

  [[nodiscard]] const std::optional<std::string>& first() const { return first_; }

  [[nodiscard]] const std::optional<std::string>& last() const { return last_; }

  bool null() override { return take(""); }

  bool boolean(bool /*value*/) override { return take(""); }

  bool number_integer(std::int64_t value) override { return take(fmt::to_string(value)); }

  bool number_unsigned(std::uint64_t value) override { return take(fmt::to_string(value)); }

  bool number_float(double /*value*/, const std::string& text) override { return take(text); }

  bool string(std::string& text) override { return take(text); }

  bool binary(nlohmann::json::binary_t& /*bytes*/) override { return true; }

  bool start_object(std::size_t /*size*/) override {
    ++depth_;
    if (depth_ == kRow) {
      found_.reset();
    }
    return true;
  }

  bool key(std::string& name) override {
    is_field_ = depth_ == kRow && name == field_;
    return true;
  }

  bool end_object() override {
    if (depth_ == kRow) {
      first_ = count_ == 0 ? found_ : first_;
      last_ = found_;
      ++count_;
    }
    --depth_;
    return true;
  }

  bool start_array(std::size_t /*size*/) override {
    is_list_ = is_list_ || depth_ == 0;
    ++depth_;
    return true;
  }

  bool end_array() override {
    --depth_;
    return true;
  }

  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::json::exception& /*why*/) override {
    return false;
  }

 private:
  bool take(const std::string& text) {
    if (is_field_ && depth_ == kRow) {
      found_ = text;
    }
    is_field_ = false;
    return true;
  }

  /// The list is the first.
  static constexpr int kRow = 2;

  std::string_view field_;
  int depth_ = 0;
  bool is_list_ = false;
  bool is_field_ = false;
  std::optional<std::string> found_;
  std::optional<std::string> first_;
  std::optional<std::string> last_;
  std::ptrdiff_t count_ = 0;
};

/// As the value of a field of a query.
std::string encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool stays = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    encoded += stays ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace

int page_size(const Route& route, CommandWords& call) {
  for (const auto& word : call.words) {
    if (word.text.starts_with(kLimit)) {
      const auto size = parse_number(word.text.substr(kLimit.size()), "", 0, 1'000'000);
      return size ? static_cast<int>(*size) : 0;
    }
  }
  const int size = route.page_cursor() == "after" ? sshd::commands::kMostRows : kUsualPage;
  call.words.insert(call.words.begin(), {fmt::format("{}{}", kLimit, size)});
  return size;
}

void add_next_link(const Route& route, const Request& request, int size, Reply& reply) {
  RowReader rows(route.page_key);
  if (reply.status != 200 || !nlohmann::json::sax_parse(reply.body, &rows) || rows.count() == 0 ||
      rows.count() < size) {
    return;
  }
  // Lines come with the oldest first.
  const auto& key = route.answer == Answer::Lines ? rows.first() : rows.last();
  if (!key) {
    return;
  }
  const std::string_view target = request.target;
  const std::string_view cursor = route.page_cursor();
  reply.headers.emplace_back(
      "Link", fmt::format("<{}?{}limit={}&{}={}>; rel=\"next\"", target.substr(0, target.find('?')),
                          other_fields(target, cursor), size, cursor, encode(*key)));
}

}  // namespace minpaas::http
