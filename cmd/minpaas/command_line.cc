#include "cmd/minpaas/command_line.h"

#include <algorithm>
#include <array>

namespace minpaas::client {
namespace {

/// An option of this program: it sets a text or a flag.
struct OwnOption {
  std::string_view name;
  char letter;
  std::optional<std::string> ClientOptions::*text;
  bool ClientOptions::*flag;
};

constexpr std::array<OwnOption, 7> kOwnOptions = {{
    {"app", 'a', &ClientOptions::app, nullptr},
    {"host", 0, &ClientOptions::host, nullptr},
    {"remote", 0, &ClientOptions::remote, nullptr},
    {"no-app", 0, nullptr, &ClientOptions::no_app},
    {"batch", 0, nullptr, &ClientOptions::batch},
    {"help", 'h', nullptr, &ClientOptions::help},
    {"version", 0, nullptr, &ClientOptions::version},
}};

Error misuse(std::string why) {
  return {ErrorCode::InvalidInput, std::move(why), "minpaas help explains the commands and options",
          ""};
}

class Reader {
 public:
  explicit Reader(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  Result<CommandLine> read() {
    while (at_ < arguments_.size() && line_.verb.empty()) {
      const std::string& word = arguments_[at_++];
      if (word.size() < 2 || word.front() != '-') {
        line_.verb = word;
        line_.known = find_verb(word);
      } else if (!TRY(take_own(word))) {
        return misuse("there is no option " + word.substr(0, word.find('=')) +
                      " before the command");
      }
    }
    while (at_ < arguments_.size()) {
      TRY(take_word());
    }
    return std::move(line_);
  }

 private:
  Result<void> take_word() {
    const std::string& word = arguments_[at_++];
    if (word == "--") {
      line_.words.push_back(word);
      take_rest();
    } else if (word.size() < 2 || word.front() != '-') {
      take_operand(word);
    } else if (is_of_verb(word) || !TRY(take_own(word))) {
      take_option_of_verb(word);
    }
    return {};
  }

  void take_operand(const std::string& word) {
    line_.words.push_back(word);
    if (line_.operands++ == 0) {
      line_.first_operand = word;
    }
    if (line_.known != nullptr && line_.known->runs_program) {
      take_rest();
    }
  }

  /// No option is among what follows.
  void take_rest() {
    const bool is_program = line_.known != nullptr && line_.known->runs_program;
    while (at_ < arguments_.size()) {
      if (is_program) {
        line_.words.push_back(arguments_[at_++]);
      } else {
        take_operand(arguments_[at_++]);
      }
    }
  }

  [[nodiscard]] const VerbOption* option_of_verb(const std::string& word) const {
    if (line_.known == nullptr) {
      return nullptr;
    }
    return word.starts_with("--")
               ? find_option(*line_.known, std::string_view(word).substr(2, word.find('=') - 2))
               : find_option(*line_.known, word[1]);
  }

  /// `--app` is read here for all: the server gets it where it wants it.
  [[nodiscard]] bool is_of_verb(const std::string& word) const {
    const VerbOption* option = option_of_verb(word);
    return option != nullptr && option->name != "app";
  }

  void take_option_of_verb(const std::string& word) {
    line_.words.push_back(word);
    if (last_wants_value(word) && at_ < arguments_.size()) {
      line_.words.push_back(arguments_[at_++]);
    }
  }

  /// `--tail`, `-n`, `-fn`: the next word is a value. `--tail=5` and `-n5` have it.
  [[nodiscard]] bool last_wants_value(const std::string& word) const {
    if (line_.known == nullptr) {
      return false;
    }
    if (word.starts_with("--")) {
      const VerbOption* option = option_of_verb(word);
      return option != nullptr && option->takes_value && word.find('=') == std::string::npos;
    }
    for (std::size_t place = 1; place < word.size(); ++place) {
      const VerbOption* option = find_option(*line_.known, word[place]);
      if (option != nullptr && option->takes_value) {
        return place + 1 == word.size();
      }
    }
    return false;
  }

  /// False: it is none of this program.
  Result<bool> take_own(const std::string& word) {
    const bool is_long = word.starts_with("--");
    const auto equals = is_long ? word.find('=') : std::string::npos;
    const std::string_view name = std::string_view(word).substr(0, equals);
    for (const OwnOption& option : kOwnOptions) {
      const bool by_letter = !is_long && option.letter != 0 && word[1] == option.letter;
      if (!by_letter && !(is_long && name.substr(2) == option.name)) {
        continue;
      }
      const bool has_value = is_long ? equals != std::string::npos : word.size() > 2;
      if (option.flag != nullptr) {
        if (has_value) {
          return is_long ? Result<bool>(misuse(std::string(name) + " takes no value")) : false;
        }
        line_.options.*option.flag = true;
        return true;
      }
      if (!has_value && at_ == arguments_.size()) {
        return misuse(std::string(name) + " wants a value");
      }
      line_.options.*option.text =
          has_value ? word.substr(is_long ? equals + 1 : 2) : arguments_[at_++];
      return true;
    }
    return false;
  }

  const std::vector<std::string>& arguments_;
  std::size_t at_ = 0;
  CommandLine line_;
};

}  // namespace

Result<CommandLine> read_command_line(const std::vector<std::string>& arguments) {
  return Reader(arguments).read();
}

bool wants_json(const std::vector<std::string>& words) {
  return std::find(words.begin(), words.end(), "--json") != words.end();
}

}  // namespace minpaas::client
