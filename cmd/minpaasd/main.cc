#include <malloc.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include "receive_pack_command.h"
#include "serve_command.h"
#include "upload_pack_command.h"

namespace {

/// What every way to run the program needs.
void prepare_process() {
  // A peer that goes away and a full disk are errors of one call, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  // Hundreds of threads that are mostly idle: one arena each would cost more than they do.
  ::mallopt(M_ARENA_MAX, 2);
}

int run(int argc, char** argv) {
  CLI::App app("MinPaas: git push to your own server", "minpaasd");
  app.set_version_flag("--version", "minpaasd " MINPAAS_VERSION);
  minpaas::ServeOptions serve;
  app.add_option("--config", serve.config_file,
                 "Settings (config/minpaas.ini shows them all); MINPAAS_<SECTION>_<KEY> of the "
                 "environment overrides a key");
  bool check_config = false;
  app.add_flag("--check-config", check_config, "Print the effective settings and end");
  std::string repository;
  auto* receive_pack = app.add_subcommand(
      "receive-pack", "Serve one git push on stdin and stdout; nothing is deployed");
  receive_pack->add_option("DIR", repository, "A bare repository")->required();
  auto* upload_pack =
      app.add_subcommand("upload-pack", "Serve one git fetch or clone on stdin and stdout");
  upload_pack->add_option("DIR", repository, "A bare repository")->required();
  auto* claim_code = app.add_subcommand(
      "claim-code", "Print a fresh code that lets the first administrator's key in");
  claim_code->fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (*receive_pack) {
    return minpaas::run_receive_pack(repository);
  }
  if (*upload_pack) {
    return minpaas::run_upload_pack(repository);
  }
  if (*claim_code) {
    return minpaas::print_claim_code(serve);
  }
  return check_config ? minpaas::check_config(serve) : minpaas::serve(serve);
}

}  // namespace

int main(int argc, char** argv) {
  prepare_process();
  try {
    return run(argc, argv);
  } catch (const std::exception& bug) {
    std::fprintf(stderr, "minpaasd: %s (this is a bug)\n", bug.what());
    return 70;
  }
}
