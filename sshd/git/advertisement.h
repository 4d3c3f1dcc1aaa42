#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/git/repository.h"

namespace minpaas::sshd::git {

/// What receive-pack says first: refs and capabilities, in the version that `protocol` (the value
/// of GIT_PROTOCOL) asks for. Versions other than 1 are answered as version 0, as git does.
std::string advertisement(const std::vector<minpaas::git::Ref>& refs, std::string_view protocol);

struct AdvertisedRef {
  minpaas::git::Ref ref;
  /// What an annotated tag names in the end; else the target itself.
  Oid peeled;
};

/// What upload-pack says first. `head`: the full name of the branch that HEAD points to.
std::string fetch_advertisement(const std::vector<AdvertisedRef>& refs, const std::string& head,
                                std::string_view protocol);

}  // namespace minpaas::sshd::git
