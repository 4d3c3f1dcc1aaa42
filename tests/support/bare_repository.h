#pragma once

#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/git/pack_receiver.h"
#include "core/git/repository.h"
#include "tests/support/temp_dir.h"

namespace minpaas::test {

/// A fresh bare repository with HEAD at main, deleted with the object.
class BareRepository {
 public:
  BareRepository() : repository_(create(folder_.path() / "app.git")) {}

  [[nodiscard]] git::Repository& operator*() { return repository_; }

  [[nodiscard]] git::Repository* operator->() { return &repository_; }

  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "app.git"; }

  /// A second handle, as another thread or process has.
  [[nodiscard]] git::Repository open() const {
    auto opened = git::Repository::open(path());
    if (!opened) {
      throw std::runtime_error(opened.error().for_log());
    }
    return *std::move(opened);
  }

  /// Takes a pack in as a push does: receives, checks, keeps.
  Result<void> take(std::string_view pack, const std::vector<Oid>& tips,
                    const git::PackLimits& limits = {}) {
    auto receiver = TRY(git::PackReceiver::begin(repository_, limits));
    TRY(receive(*receiver, pack));
    TRY(receiver->check(tips, [] { return Result<void>(); }));
    const auto lock = TRY(git::PushLock::acquire(path(), SteadyTime::max()));
    return receiver->keep();
  }

  /// Feeds a pack in pieces up to its end.
  static Result<void> receive(git::PackReceiver& receiver, std::string_view pack,
                              std::size_t piece = 65536) {
    while (!receiver.complete()) {
      if (pack.empty()) {
        return Error{ErrorCode::Disconnected, "the pack is cut off", "", ""};
      }
      const auto given = pack.substr(0, piece);
      pack.remove_prefix(
          TRY(receiver.append(std::as_bytes(std::span(given.data(), given.size())))));
    }
    return {};
  }

  /// Files below `objects/` that are no finished pack.
  [[nodiscard]] int leftovers() const {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path() / "objects")) {
      const auto name = entry.path().filename().string();
      if (name.starts_with("tmp_") || name.starts_with("pack_") || name.ends_with(".lock")) {
        ++count;
      }
    }
    return count;
  }

  [[nodiscard]] int packs() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path() / "objects" / "pack")) {
      count += entry.path().extension() == ".pack" ? 1 : 0;
    }
    return count;
  }

 private:
  static git::Repository create(const std::filesystem::path& folder) {
    auto made = git::Repository::init(folder, "main");
    if (!made) {
      throw std::runtime_error(made.error().for_log());
    }
    return *std::move(made);
  }

  git::Library library_;
  TempDir folder_;
  git::Repository repository_;
};

}  // namespace minpaas::test
