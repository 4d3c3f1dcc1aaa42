#include "hooks/programs/attend.h"

#include <array>
#include <thread>
#include <utility>

#include "core/base/guarded.h"
#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kBlockBytes = 32UL << 10;
/// Reads want a date; a person may think for as long as the connection lives.
constexpr std::chrono::hours kLongestRead{24};
/// The engine knows a program that is being started a moment after it was told to start it.
constexpr int kMostResizes = 20;
constexpr milliseconds kResizeAgain{10};

void pause(milliseconds duration, const std::stop_token& stop) {
  Guarded<int> nothing;
  nothing.wait_until(
      std::chrono::steady_clock::now() + duration, stop, [](int) { return false; }, [](int) {});
}

/// The peer's input to the program, up to the end of either.
void carry_input(docker::Attachment& program, ByteReader& peer, const std::stop_token& over) {
  std::array<std::byte, kBlockBytes> block;
  while (!over.stop_requested()) {
    const auto got = peer.read(block, std::chrono::steady_clock::now() + kLongestRead);
    if (got && *got == 0) {
      return program.end_input();
    }
    if (!got && got.error().code != ErrorCode::Timeout) {
      return;
    }
    if (got && !program.write(std::span(block).first(*got), over)) {
      return;
    }
  }
}

void resize(const AttendedProgram& program, WindowSize size, const std::stop_token& over) {
  Result<void> resized = program.resize(size);
  for (int tries = 1; !resized && tries < kMostResizes && !over.stop_requested(); ++tries) {
    pause(kResizeAgain, over);
    resized = program.resize(size);
  }
  if (!resized && !over.stop_requested()) {
    log::debug("a terminal is not resized: {}", resized.error().for_log());
  }
}

void carry_events(const AttendedProgram& program, Console& peer, const std::stop_token& over) {
  while (const auto event = peer.next(over)) {
    if (const auto* size = std::get_if<WindowSize>(&*event)) {
      resize(program, *size, over);
    } else if (const auto sent = program.signal(std::get<Signal>(*event)); !sent) {
      log::warn("a signal is not passed on: {}", sent.error().for_log());
    }
  }
}

Result<void> carry_output(const AttendedProgram& program, ByteWriter& out, ByteWriter& err,
                          const std::stop_token& gone) {
  const auto writer = [&](docker::LogStream stream) -> ByteWriter& {
    return stream == docker::LogStream::Out ? out : err;
  };
  const auto send = [&](docker::LogStream stream, std::string_view own) {
    return own.empty() ? Result<void>() : writer(stream).write(own);
  };
  docker::LogStream last = docker::LogStream::Out;
  for (;;) {
    const auto piece = TRY(program.streams.read(gone));
    const bool ends = piece.bytes.empty();
    if (program.first.is_any() && (ends || piece.stream != last)) {
      // Only what follows on the same stream can complete a line.
      TRY(send(last, program.first.rest()));
    }
    if (ends) {
      return {};
    }
    last = piece.stream;
    if (program.first.is_decided()) {
      TRY(writer(last).write(piece.bytes));
      continue;
    }
    const std::string_view text(reinterpret_cast<const char*>(piece.bytes.data()),
                                piece.bytes.size());
    TRY(send(last, program.first.pass(text)));
  }
}

}  // namespace

Result<void> attend(const AttendedProgram& program, std::optional<WindowSize> window,
                    ExecStreams& peer) {
  std::stop_source over;
  const std::stop_token until = over.get_token();
  if (window) {
    // Engines before API 1.42 start every terminal without a size. Nothing is typed before it has
    // one, so that what is typed finds it.
    resize(program, *window, peer.gone);
  }
  std::jthread input([&] { carry_input(program.streams, peer.in, until); });
  std::jthread events([&] {
    if (peer.console != nullptr) {
      carry_events(program, *peer.console, until);
    }
  });
  const bool has_screen = window && peer.console != nullptr;
  auto carried =
      carry_output(program, has_screen ? peer.console->screen() : peer.out, peer.err, peer.gone);
  over.request_stop();
  if (peer.console != nullptr) {
    peer.console->leave_input();
  }
  return carried;
}

}  // namespace minpaas::hooks
