#pragma once

namespace minpaas::git {

/// While one of these lives, libgit2 makes what it writes durable: refs, HEAD, configuration. It
/// has one switch for the whole process; where that is on without need (another thread moves a ref
/// while this one indexes a pack) it only costs time. Packs do without: they are synced once, when
/// they leave the quarantine. Thread: any.
class DurableWrites {
 public:
  DurableWrites();
  ~DurableWrites();
  DurableWrites(const DurableWrites&) = delete;
  DurableWrites& operator=(const DurableWrites&) = delete;
};

}  // namespace minpaas::git
