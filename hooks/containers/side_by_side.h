#pragma once

#include <cstddef>
#include <functional>

namespace minpaas::hooks {

/// Calls `work(i)` for each i below `count`, so many of them at the same time that the engine is
/// kept busy and the machine goes on, and returns when all have ended. Once one has returned false
/// no other is begun. What one throws is thrown here.
void side_by_side(std::size_t count, const std::function<bool(std::size_t)>& work);

}  // namespace minpaas::hooks
