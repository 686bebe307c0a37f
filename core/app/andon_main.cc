// andon: the command line. Data goes to stdout, what went wrong to stderr.
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "core/app/check_command.h"
#include "core/app/plugins_command.h"
#include "core/app/text_table.h"

namespace {

// Exit statuses of every command.
constexpr int kUsage = 2;

constexpr char kStatuses[] =
    "Exit status: 0 good, 1 problems were found, 2 wrong usage or nothing to read.";

struct CommandLine {
  andon::CheckOptions check;
  andon::PluginsOptions plugins;
};

void AddCheck(CLI::App& app, CommandLine& line) {
  CLI::App* check = app.add_subcommand("check", "checks a configuration without running it");
  check->add_option("PATH", line.check.path, "a YAML file, or a folder of them")->required();
  check->add_flag("-q,--quiet", line.check.quiet, "say nothing when it is good");
  check->footer(
      "Names every problem at once, a line each: FILE:LINE:COLUMN: MESSAGE. It is read by the\n"
      "code that andond runs; nothing is opened, bound or changed.\n\n"
      "Examples:\n"
      "  andon check /etc/andon/collector.yaml\n"
      "  andon check -q /etc/andon && systemctl reload andond\n\n"
      "Exit status: 0 good, 1 problems, 2 the file or folder cannot be read.");
}

void AddPlugins(CLI::App& app, CommandLine& line) {
  CLI::App* plugins = app.add_subcommand("plugins", "lists the plugins and their options");
  plugins->add_option("NAME", line.plugins.name,
                      "a plugin (forward, or input/forward) or a section (service, journal)");
  plugins->add_flag("--markdown", line.plugins.markdown, "as the reference in Markdown");
  plugins->footer(
      "Printed by the code that reads the options, so it is what this version does.\n\n"
      "Examples:\n"
      "  andon plugins\n"
      "  andon plugins tail\n"
      "  andon plugins output/forward\n"
      "  andon plugins --markdown > reference.md\n\n"
      "Exit status: 0, or 1 when nothing has that name.");
}

int Run(const CLI::App& app, CommandLine& line) {
  if (app.got_subcommand("check")) return RunCheck(line.check, std::cout, std::cerr);
  if (app.got_subcommand("plugins")) {
    line.plugins.width = andon::TerminalWidth();
    return RunPlugins(line.plugins, std::cout, std::cerr);
  }
  std::cout << "andon " << ANDON_VERSION << "\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"andon: looks after andond, which carries events from inputs to outputs.", "andon"};
  app.require_subcommand(1);
  app.set_version_flag("-V,--version", "andon " ANDON_VERSION);
  app.footer(std::string("Examples:\n"
                         "  andon check /etc/andon/collector.yaml\n"
                         "  andon plugins tail\n"
                         "andon COMMAND --help says more.\n\n") +
             kStatuses);
  CommandLine line;
  AddCheck(app, line);
  AddPlugins(app, line);
  app.add_subcommand("version", "prints the version");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version end here too, with 0.
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return Run(app, line);
}
