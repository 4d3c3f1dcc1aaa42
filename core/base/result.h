#pragma once

#include <cstdlib>
#include <optional>
#include <utility>
#include <variant>

#include "core/base/error.h"

namespace minpaas {

/// A value or an Error. Dropping one is a compile error under -Werror. Member names follow
/// std::expected, so that this can become an alias of it.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}

  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }

  explicit operator bool() const { return has_value(); }

  /// Aborts when there is no value: asking for it then is a bug.
  [[nodiscard]] T& value() & { return *require_value(); }

  [[nodiscard]] const T& value() const& { return *const_cast<Result*>(this)->require_value(); }

  [[nodiscard]] T&& value() && { return std::move(*require_value()); }

  T& operator*() & { return value(); }

  const T& operator*() const& { return value(); }

  T&& operator*() && { return std::move(*this).value(); }

  T* operator->() { return require_value(); }

  const T* operator->() const { return const_cast<Result*>(this)->require_value(); }

  [[nodiscard]] const Error& error() const {
    const auto* held = std::get_if<1>(&state_);
    if (held == nullptr) {
      std::abort();
    }
    return *held;
  }

 private:
  T* require_value() {
    auto* held = std::get_if<0>(&state_);
    if (held == nullptr) {
      std::abort();
    }
    return held;
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;

  Result(Error error) : error_(std::move(error)) {}

  [[nodiscard]] bool has_value() const { return !error_; }

  explicit operator bool() const { return has_value(); }

  void value() const {
    if (error_) {
      std::abort();
    }
  }

  [[nodiscard]] const Error& error() const {
    if (!error_) {
      std::abort();
    }
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

namespace detail {
template <typename T>
T take(Result<T>& result) {
  return std::move(*result);
}

inline void take(Result<void>& /*result*/) {}
}  // namespace detail

}  // namespace minpaas

/// The value of a Result, or return its Error from the enclosing function.
#define TRY(expression)                          \
  __extension__({                                \
    auto minpaas_try_result = (expression);      \
    if (!minpaas_try_result.has_value()) {       \
      return minpaas_try_result.error();         \
    }                                            \
    ::minpaas::detail::take(minpaas_try_result); \
  })
