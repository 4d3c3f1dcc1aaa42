#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "core/base/fd.h"
#include "core/base/program.h"
#include "core/router/router.h"
#include "hooks/routing/acme_client.h"

namespace minpaas::hooks {

/// The ACME client lego, run as a program for each certificate. Its account and that account's key
/// stay in `folder`, certificates do not. Never more than one runs, even after a crash of this
/// program: it keeps a lock.
class Lego : public AcmeClient {
 public:
  Lego(const config::CertSettings& settings, std::filesystem::path folder, router::Router& router)
      : settings_(settings), folder_(std::move(folder)), router_(router) {}

  Result<void> ready() const override;
  Result<Secret> obtain(const std::string& host, const std::stop_token& stop) override;

 private:
  [[nodiscard]] std::vector<std::string> arguments(const std::string& host, int port) const;
  Result<std::vector<std::string>> environment() const;
  Result<Fd> lock() const;
  Result<ProgramEnd> run(const std::string& host, const Fd& lock, const std::stop_token& stop);
  Result<Secret> take(const std::string& host) const;

  const config::CertSettings& settings_;
  std::filesystem::path folder_;
  router::Router& router_;
};

/// The reason in lego's output, for people: what the authority said, without codes and times.
std::string reason_of_lego(std::string_view output);

}  // namespace minpaas::hooks
