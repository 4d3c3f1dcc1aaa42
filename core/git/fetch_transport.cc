#include "core/git/fetch_transport.h"

#include <memory>
#include <string_view>

namespace minpaas::git {
namespace {

/// A pack that leans on objects which it does not hold is not taken in. libgit2 1.5 asks for one
/// from every server that offers it, so the offer is made unreadable on its way.
constexpr std::string_view kThinPack = "thin-pack";

}  // namespace

/// libgit2 knows only `parent`, which comes first.
struct FetchTransport::Sub {
  git_smart_subtransport parent{};
  FetchTransport* transport = nullptr;
  /// libgit2's own; null with ssh.
  git_smart_subtransport* http = nullptr;
  /// With ssh one stream carries all; libgit2 asks for it again.
  Stream* only = nullptr;
};

struct FetchTransport::Stream {
  git_smart_subtransport_stream parent{};
  FetchTransport* transport = nullptr;
  git_smart_subtransport_stream* http = nullptr;
  bool is_advertisement = false;
  /// How much of kThinPack the last bytes were.
  std::size_t matched = 0;

  /// Over the ends of pieces.
  void hide_thin_pack(char* bytes, std::size_t size) {
    for (std::size_t i = 0; is_advertisement && i < size; ++i) {
      if (bytes[i] != kThinPack[matched]) {
        matched = bytes[i] == kThinPack.front() ? 1 : 0;
      } else if (++matched == kThinPack.size()) {
        bytes[i] = 'X';
        matched = 0;
      }
    }
  }
};

int FetchTransport::read(Stream& stream, char* into, size_t size, size_t* got) {
  if (stream.http != nullptr) {
    const int status = stream.http->read(stream.http, into, size, got);
    if (status == 0) {
      stream.hide_thin_pack(into, *got);
    }
    return status;
  }
  FetchGuard* guard = FetchGuard::current();
  const ssize_t count = guard == nullptr ? -1 : program_->read(*guard, into, size);
  if (count < 0) {
    return -1;
  }
  if (count == 0) {
    ssh_said_ = program_->last_words();
  }
  *got = static_cast<size_t>(count);
  stream.hide_thin_pack(into, *got);
  return 0;
}

int FetchTransport::open(git_smart_subtransport_stream** out, Sub& sub, const char* url,
                         git_smart_service_t service) {
  if (sub.only != nullptr) {
    sub.only->is_advertisement = false;
    *out = &sub.only->parent;
    return 0;
  }
  auto stream = std::make_unique<Stream>();
  if (sub.http != nullptr) {
    if (const int status = sub.http->action(&stream->http, sub.http, url, service); status != 0) {
      return status;
    }
  } else if (!program_) {
    auto started = SshProgram::start(ssh_);
    if (!started) {
      FetchGuard* guard = FetchGuard::current();
      return guard == nullptr ? -1 : guard->fail(started.error());
    }
    program_.emplace(*std::move(started));
  }
  stream->transport = this;
  stream->is_advertisement = service == GIT_SERVICE_UPLOADPACK_LS;
  stream->parent.subtransport = &sub.parent;
  stream->parent.read = [](git_smart_subtransport_stream* raw, char* into, size_t size,
                           size_t* got) noexcept {
    auto& self = *reinterpret_cast<Stream*>(raw);
    return self.transport->read(self, into, size, got);
  };
  stream->parent.write = [](git_smart_subtransport_stream* raw, const char* bytes,
                            size_t size) noexcept {
    auto& self = *reinterpret_cast<Stream*>(raw);
    if (self.http != nullptr) {
      return self.http->write(self.http, bytes, size);
    }
    FetchGuard* guard = FetchGuard::current();
    for (size_t done = 0; guard != nullptr && done < size;) {
      const ssize_t sent = self.transport->program_->write(*guard, bytes + done, size - done);
      if (sent < 0) {
        return -1;
      }
      done += static_cast<size_t>(sent);
    }
    return guard == nullptr ? -1 : 0;
  };
  stream->parent.free = [](git_smart_subtransport_stream* raw) noexcept {
    auto* self = reinterpret_cast<Stream*>(raw);
    if (self->http != nullptr) {
      self->http->free(self->http);
    }
    reinterpret_cast<Sub*>(raw->subtransport)->only = nullptr;
    delete self;
  };
  sub.only = sub.http == nullptr ? stream.get() : nullptr;
  *out = &stream.release()->parent;
  return 0;
}

int FetchTransport::on_new(git_smart_subtransport** out, git_transport* owner,
                           void* transport) noexcept {
  auto sub = std::make_unique<Sub>();
  sub->transport = static_cast<FetchTransport*>(transport);
  if (sub->transport->ssh_.empty()) {
    if (const int status = git_smart_subtransport_http(&sub->http, owner, nullptr); status != 0) {
      return status;
    }
  }
  sub->parent.action = [](git_smart_subtransport_stream** stream, git_smart_subtransport* raw,
                          const char* url, git_smart_service_t service) noexcept {
    auto& self = *reinterpret_cast<Sub*>(raw);
    return self.transport->open(stream, self, url, service);
  };
  sub->parent.close = [](git_smart_subtransport* raw) noexcept {
    auto& self = *reinterpret_cast<Sub*>(raw);
    return self.http == nullptr ? 0 : self.http->close(self.http);
  };
  sub->parent.free = [](git_smart_subtransport* raw) noexcept {
    auto* self = reinterpret_cast<Sub*>(raw);
    if (self->http != nullptr) {
      self->http->free(self->http);
    }
    delete self;
  };
  *out = &sub.release()->parent;
  return 0;
}

int FetchTransport::make(git_transport** out, git_remote* owner, void* transport) noexcept {
  auto& self = *static_cast<FetchTransport*>(transport);
  self.definition_ = {on_new, self.ssh_.empty() ? 1U : 0U, transport};
  return git_transport_smart(out, owner, &self.definition_);
}

}  // namespace minpaas::git
