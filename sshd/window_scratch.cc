#include "sshd/window_scratch.h"

#include <sys/mman.h>

#include "sshd/receive_window.h"

namespace minpaas::sshd {
namespace {

constexpr std::size_t kBytes = static_cast<std::size_t>(ReceiveWindow::kMost);

}  // namespace

WindowScratch::~WindowScratch() {
  if (mapped_ != nullptr) {
    ::munmap(mapped_, kBytes);
  }
}

std::byte* WindowScratch::get() {
  if (mapped_ == nullptr) {
    void* mapped = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    mapped_ = mapped == MAP_FAILED ? nullptr : mapped;
  }
  return static_cast<std::byte*>(mapped_);
}

}  // namespace minpaas::sshd
