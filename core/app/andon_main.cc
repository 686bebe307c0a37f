// andon: the command line. Data goes to stdout, what went wrong to stderr.
#include <CLI/CLI.hpp>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "core/app/check_command.h"
#include "core/app/journal_command.h"
#include "core/app/plugins_command.h"
#include "core/app/replay_command.h"
#include "core/app/text_table.h"
#include "core/config/did_you_mean.h"

namespace {

// Exit statuses of every command.
constexpr int kUsage = 2;

constexpr char kStatuses[] =
    "Exit status: 0 good, 1 problems were found, 2 wrong usage or nothing to read.";

struct CommandLine {
  andon::CheckOptions check;
  andon::PluginsOptions plugins;
  andon::JournalOptionsLine journal;
  andon::ReplayOptions replay;
};

void AddCheck(CLI::App& app, CommandLine& line) {
  CLI::App* check = app.add_subcommand("check", "checks a configuration without running it");
  check->add_option("PATH", line.check.path, "a YAML file, or a folder of them")->required();
  check->add_flag("-q,--quiet", line.check.quiet, "say nothing when it is good");
  check->add_flag("--connect", line.check.connect,
                  "ask the servers that outputs write to: address, credentials, rights");
  check->footer(
      "Names every problem at once, a line each: FILE:LINE:COLUMN: MESSAGE. It is read by the\n"
      "code that andond runs; nothing is opened, bound or changed. With --connect the outputs'\n"
      "servers are asked too, and nothing is written to them.\n\n"
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

constexpr char kDirectory[] = "the data folder, or the journal in it";
constexpr char kTimes[] =
    "TIME is 2026-11-21T13:12:19Z, any usual form of logs (the local zone where it names none), "
    "or\n"
    "a duration: 2h is two hours ago.\n";

void AddSelection(CLI::App* command, andon::SelectionOptions& selection) {
  command->add_option("--tag", selection.tag, "only events whose tag matches, e.g. log.http.**");
  command->add_option("--since", selection.since, "only events from this TIME on");
  command->add_option("--until", selection.until, "only events before this TIME");
}

// What is wrong with the number of a segment; empty when nothing is.
std::string SegmentProblem(const std::string& text) {
  const bool number = text.find_first_not_of("0123456789") == std::string::npos && text != "0";
  return number ? "" : "\"" + text + "\" is no number of a segment: they count from 1";
}

void AddDump(CLI::App* journal, CommandLine& line) {
  CLI::App* dump = journal->add_subcommand("dump", "prints a line for each record");
  dump->add_option("DIR", line.journal.directory, kDirectory)->capture_default_str();
  AddSelection(dump, line.journal.selection);
  dump->add_option("--segment", line.journal.segment, "only this segment")->check(SegmentProblem);
  dump->add_flag("--positions", line.journal.positions, "what records say of sources too");
  dump->footer(std::string("Each line: SEGMENT:OFFSET, when it was written, its lane, the numbers, "
                           "the tag, and more.\nThe events themselves: andon journal replay.\n\n") +
               kTimes +
               "\nExamples:\n"
               "  andon journal dump --segment 42\n"
               "  andon journal dump --tag 'log.http.**' --since 10m\n\n"
               "Exit status: 0, 1 something is damaged, 2 cannot be read.");
}

void AddReplay(CLI::App* journal, CommandLine& line) {
  CLI::App* replay = journal->add_subcommand("replay", "sends or prints events once more");
  andon::ReplayOptions& options = line.replay;
  replay->add_option("DIR", options.directory, kDirectory)->capture_default_str();
  AddSelection(replay, options.selection);
  CLI::Option* to =
      replay->add_option("--to", options.target.address, "a forward server, HOST:PORT");
  replay->add_option("--output", options.target.file, "YAML file with the options of any output")
      ->excludes(to);
  replay->add_flag("--new-identity", options.new_identity,
                   "give events new numbers, so that they are stored even where they are already");
  replay->add_option("--give-up-after", options.give_up_after, "when nothing is taken for so long")
      ->capture_default_str();
  replay->add_flag("--identity", options.identities, "print each event's identity too");
  replay->footer(
      std::string("Without --to and --output: JSON lines on stdout. What a journal holds "
                  "depends on `retain`.\nA receiver that has an event already takes it for "
                  "a repeat, unless --new-identity.\n\n") +
      kTimes +
      "\nExamples:\n"
      "  andon journal replay --tag 'log.http.**' --since 1h | jq .record.code\n"
      "  andon journal replay /mnt/rescued --to aggregator:24224\n"
      "  andon journal replay --output file.yaml --since 2026-11-21T10:00:00Z\n\n"
      "Exit status: 0, 1 something was damaged, rejected or not delivered, 2 cannot be "
      "read.");
}

void AddJournal(CLI::App& app, CommandLine& line) {
  CLI::App* journal =
      app.add_subcommand("journal", "looks into the journal, while andond runs too");
  journal->require_subcommand(1);
  journal->footer(
      "Nothing is changed, but by adopt. The folder is /var/lib/andon unless another is named.\n\n"
      "Examples:\n"
      "  andon journal list\n"
      "  andon journal verify /mnt/rescued/journal\n"
      "  andon journal replay --since 1h\n\n"
      "Exit status: 0, 1 something is damaged, 2 cannot be read.");
  CLI::App* list = journal->add_subcommand("list", "segments, outputs and sources");
  list->add_option("DIR", line.journal.directory, kDirectory)->capture_default_str();
  list->footer(
      "`held events` are those that an output has not delivered; `lost` those that it never "
      "will.\n\n"
      "Examples:\n"
      "  andon journal list\n"
      "  andon journal list /srv/andon\n\n"
      "Exit status: 0, 2 cannot be read.");
  CLI::App* verify =
      journal->add_subcommand("verify", "reads everything and names what is damaged");
  verify->add_option("DIR", line.journal.directory, kDirectory)->capture_default_str();
  verify->footer(
      "Each damaged range is a line: FILE: bytes FIRST to LAST: REASON.\n\n"
      "Examples:\n"
      "  andon journal verify\n"
      "  andon journal verify /mnt/rescued/journal\n\n"
      "Exit status: 0 good, 1 something is damaged, 2 cannot be read.");
  CLI::App* adopt = journal->add_subcommand("adopt", "lets a folder that was copied run here");
  adopt->add_option("DIR", line.journal.directory, kDirectory)->capture_default_str();
  adopt->footer(
      "A copy has the id of the original, and takes its place, in Kafka for example. andond starts "
      "on it once it is adopted; the original must not run any more.\n\n"
      "Examples:\n"
      "  andon journal adopt\n"
      "  andon journal adopt /srv/andon\n\n"
      "Exit status: 0, 2 cannot be read or is in use.");
  AddDump(journal, line);
  AddReplay(journal, line);
}

int RunJournal(const CLI::App& journal, CommandLine& line) {
  line.journal.width = andon::TerminalWidth();
  if (journal.got_subcommand("list")) return RunJournalList(line.journal, std::cout, std::cerr);
  if (journal.got_subcommand("dump")) return RunJournalDump(line.journal, std::cout, std::cerr);
  if (journal.got_subcommand("adopt")) return RunJournalAdopt(line.journal, std::cout, std::cerr);
  if (journal.got_subcommand("verify")) {
    return RunJournalVerify(line.journal, std::cout, std::cerr);
  }
  return RunReplay(line.replay, std::cout, std::cerr);
}

int Run(const CLI::App& app, CommandLine& line) {
  if (app.got_subcommand("check")) return RunCheck(line.check, std::cout, std::cerr);
  if (app.got_subcommand("journal")) return RunJournal(*app.get_subcommand("journal"), line);
  if (app.got_subcommand("plugins")) {
    line.plugins.width = andon::TerminalWidth();
    return RunPlugins(line.plugins, std::cout, std::cerr);
  }
  std::cout << "andon " << ANDON_VERSION << "\n";
  return 0;
}

std::string Listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// Whether the words begin with a command of `app`; else says which one may be meant.
bool KnowsCommand(const CLI::App& app, const std::string& name, std::span<char* const> words) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  if (commands.empty() || words.empty() || *words[0] == '-') return true;
  std::vector<std::string> known;
  for (const CLI::App* command : commands) {
    known.push_back(command->get_name());
    if (known.back() == words[0]) {
      return KnowsCommand(*command, name + " " + known.back(), words.subspan(1));
    }
  }
  std::cerr << name << ": there is no command \"" << words[0] << "\""
            << andon::DidYouMean(words[0], known) << "\nThere are " << Listed(known) << ".\n";
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  CLI::App app{"andon: looks after andond, which carries events from inputs to outputs.", "andon"};
  app.require_subcommand(1);
  app.set_version_flag("-V,--version", "andon " ANDON_VERSION);
  app.footer(std::string("Examples:\n"
                         "  andon check /etc/andon/collector.yaml\n"
                         "  andon plugins tail\n"
                         "  andon journal list\n"
                         "andon COMMAND --help says more.\n\n") +
             kStatuses);
  CommandLine line;
  AddCheck(app, line);
  AddPlugins(app, line);
  AddJournal(app, line);
  app.add_subcommand("version", "prints the version");
  const auto words = std::span<char* const>(argv, static_cast<size_t>(argc)).subspan(1);
  if (!KnowsCommand(app, "andon", words)) return kUsage;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version end here too, with 0.
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return Run(app, line);
}
