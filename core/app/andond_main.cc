// andond: the daemon. A collector or an aggregator, as its configuration says.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <string>

#include "core/app/daemon.h"

int main(int argc, char** argv) {
  // A few threads that allocate little: more arenas would only hold memory.
  mallopt(M_ARENA_MAX, 2);
  CLI::App app{"andond: carries events from inputs through filters and a journal to outputs.",
               "andond"};
  std::string config;
  app.add_option("-c,--config", config, "configuration: a YAML file, or a folder of them")
      ->required();
  app.set_version_flag("-V,--version", "andond " ANDON_VERSION);
  app.footer(
      "Examples:\n"
      "  andond -c /etc/andon/collector.yaml\n"
      "  andon check /etc/andon/collector.yaml && kill -HUP $(pidof andond)\n\n"
      "Signals:\n"
      "  SIGHUP         reads the configuration again; a bad one leaves the old one running\n"
      "  SIGTERM, ^C    stops inputs, commits, delivers for shutdown_grace, exits 0\n"
      "  a second one   stops at once; the journal keeps what was acknowledged");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version end here too, with 0.
    return app.exit(error) == 0 ? 0 : 2;
  }
  return andon::Daemon(config).Run();
}
