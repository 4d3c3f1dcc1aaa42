#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/config_var.h"

namespace minpaas {

/// Shorter values are words that stand everywhere; without them nothing could be read.
constexpr std::size_t kShortestMaskedBytes = 7;

/// Replaces config values in text that people see by `[KEY]`. A value of several lines is looked
/// for as a whole and line by line, each also as a terminal is shown it and as JSON writes it. Of a
/// value that a cut (kTextGoesOn) goes through, both halves are hidden. Thread: one at a time.
class SecretMask {
 public:
  void hide(const ConfigVars& vars);
  /// Also what `other` hides.
  void hide(const SecretMask& other);

  /// A value that is only a part of this word stays where the word stands.
  void keep(const std::string& word) { kept_.push_back(word); }

  [[nodiscard]] std::string apply(std::string_view text) const;
  /// Of text in which the reader may have written something: a cut in it hides nothing, since who
  /// writes one behind a guess would see whether a value begins so.
  [[nodiscard]] std::string apply_to_whole(std::string_view text) const;

 private:
  void hide_forms(std::string_view value, const std::string& name);

  /// What is to be replaced of a text.
  struct Found {
    std::size_t begin;
    std::size_t end;
    std::string_view name;
  };

  struct LongestFirst {
    bool operator()(const std::string& a, const std::string& b) const {
      return a.size() != b.size() ? a.size() > b.size() : a < b;
    }
  };

  [[nodiscard]] std::vector<Found> find_whole(std::string_view text) const;
  void find_cut(std::string_view text, std::vector<Found>& found) const;
  [[nodiscard]] bool is_kept(std::string_view text, const Found& one) const;
  static std::string replace(std::string_view text, std::vector<Found> found);

  /// Value -> what stands in its place.
  std::map<std::string, std::string, LongestFirst> hidden_;
  std::vector<std::string> kept_;
};

/// The mask of an app at one time: of all who use it at that time, together.
using SharedMask = std::shared_ptr<const SecretMask>;

}  // namespace minpaas
