#include <CLI/CLI.hpp>
#include <string>

#include "receive_pack_command.h"

int main(int argc, char** argv) {
  CLI::App app("MinPaas: git push to your own server", "minpaasd");
  app.set_version_flag("--version", MINPAAS_VERSION);
  app.require_subcommand(1);
  std::string repository;
  auto* receive_pack = app.add_subcommand(
      "receive-pack", "Serve one git push on stdin and stdout; nothing is deployed");
  receive_pack->add_option("DIR", repository, "A bare repository")->required();
  CLI11_PARSE(app, argc, argv);
  return minpaas::run_receive_pack(repository);
}
