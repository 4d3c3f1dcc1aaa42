#pragma once

#include <memory>

namespace minpaas {

/// Deleter for a C object: `Handle<git_tree, git_tree_free>` owns one and is the size of a pointer.
template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const noexcept {
    static_cast<void>(Free(object));
  }
};

template <typename T, auto Free>
using Handle = std::unique_ptr<T, FreeWith<Free>>;

}  // namespace minpaas
