#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/fd.h"
#include "core/base/guarded.h"
#include "core/base/result.h"
#include "core/router/haproxy_cli.h"
#include "core/router/haproxy_hold.h"
#include "core/router/haproxy_leaving.h"

namespace minpaas::router {

/// The files of one HAProxy, all in a folder of its own.
struct HaproxyFiles {
  std::filesystem::path folder;
  /// Of a HAProxy that something else starts and ends; empty: of one that is started here.
  std::filesystem::path foreign_socket = {};

  [[nodiscard]] bool is_foreign() const { return !foreign_socket.empty(); }

  [[nodiscard]] std::filesystem::path config() const { return folder / "haproxy.cfg"; }

  [[nodiscard]] std::filesystem::path host_map() const { return folder / "hosts.map"; }

  [[nodiscard]] std::filesystem::path maintenance_map() const { return folder / "maintenance.map"; }

  [[nodiscard]] std::filesystem::path held_map() const { return folder / kHeldMap; }

  [[nodiscard]] std::filesystem::path leaving_hosts() const { return folder / kLeavingHosts; }

  [[nodiscard]] std::filesystem::path leaving_ports() const { return folder / kLeavingPorts; }

  [[nodiscard]] std::filesystem::path hold_script() const { return folder / kHoldScript; }

  [[nodiscard]] std::filesystem::path master_socket() const {
    return is_foreign() ? foreign_socket : folder / "master.sock";
  }

  [[nodiscard]] std::filesystem::path pid() const { return folder / "haproxy.pid"; }

  [[nodiscard]] std::filesystem::path log() const { return folder / "haproxy.log"; }

  /// Its log of requests (core/router/request_log.h).
  [[nodiscard]] std::filesystem::path requests() const { return folder / "requests.fifo"; }
};

/// A HAProxy in master-worker mode that outlives this program: a later one finds and adopts it, so
/// that traffic goes on while the server is restarted. When it dies, it is said.
///
/// Thread: any, one call at a time; `died` is called on the object's own thread.
class HaproxyProcess {
 public:
  /// `died` is called after an unexpected end, again and again until `start` has succeeded; of a
  /// foreign one when it answers again, or for the first time after `missed`.
  HaproxyProcess(std::string program, HaproxyFiles files, std::function<void()> died);
  /// Stops watching; HAProxy goes on.
  ~HaproxyProcess();
  HaproxyProcess(const HaproxyProcess&) = delete;
  HaproxyProcess& operator=(const HaproxyProcess&) = delete;

  /// Takes over one that runs already with these files. False: there is none.
  bool adopt();
  /// Whether it answers commands. One that lives and does not is told by a signal to start its
  /// program anew, which keeps its connections; false where that does not help.
  bool answers();
  /// Whether the standard output of the one that runs is the FIFO of its files. Not while it
  /// reloads.
  [[nodiscard]] bool logs_requests() const;
  /// Starts it with the file that is there, its standard output being the FIFO if that is there,
  /// and waits until it serves. Errors: NotFound (no such program), Failed (its own words).
  Result<void> start();
  /// Makes it read the file again: the listening sockets are handed over, connections stay with the
  /// old worker until they end. After an error the old worker serves on, but for NotFound: the
  /// master has ended meanwhile. Errors: Failed (its own words), Unavailable.
  Result<void> reload();

  /// Ends the HAProxy that was started here with the files of this folder, if one runs, and waits
  /// for it. One of somebody else that reads them too goes on.
  static void stop_own(const std::filesystem::path& folder);
  /// Ends the HAProxy of these files, if one runs, at once.
  static void stop(const HaproxyFiles& files);

  /// Of a foreign one: it did not answer, and may have read an older file.
  void missed() { has_answered_ = false; }

  [[nodiscard]] const HaproxyCli& cli() const { return cli_; }

 private:
  Result<pid_t> spawn();
  /// `master`: the process that is to go on; none: a new one.
  Result<void> wait_until_it_serves(const HaproxyProcesses& before, const Fd& master);
  void watch(const std::stop_token& stop);
  void watch_foreign(const std::stop_token& stop);
  bool has_died(pid_t pid, const std::stop_token& stop);
  [[nodiscard]] std::string last_words(std::uintmax_t from) const;

  std::string program_;
  HaproxyFiles files_;
  std::function<void()> died_;
  /// Of a foreign one.
  std::atomic<bool> has_answered_ = true;
  HaproxyCli cli_;
  /// 0: there is none, or it ends because it was asked to.
  Guarded<pid_t> watched_{0};
  std::jthread watcher_;
};

/// The program's path, found in PATH and where Debian installs it; empty when it is not there.
std::string find_haproxy();

}  // namespace minpaas::router
