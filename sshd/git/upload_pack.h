#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/base/byte_stream.h"
#include "core/git/repository.h"

namespace minpaas::sshd::git {

class PushSlots;

struct UploadPackOptions {
  /// Longest silence of the peer while it is due to speak.
  std::chrono::seconds idle{120};
  /// Value of GIT_PROTOCOL as sent by the peer.
  std::string protocol;
  /// Shown beside the refs of the repository; what is not there is left out.
  std::vector<minpaas::git::Ref> more_refs;
  /// How many packs are made at once; none = no bound. Must outlive the conversation.
  PushSlots* slots = nullptr;
};

/// Serves one git-upload-pack conversation (gitprotocol-pack(5), v0 and v1: fetch, clone, also
/// shallow ones) over `streams` and returns the exit status. Nothing in the repository changes.
int serve_upload_pack(minpaas::git::Repository& repository, const UploadPackOptions& options,
                      ExecStreams& streams);

}  // namespace minpaas::sshd::git
