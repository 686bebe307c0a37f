// The command line as people meet it: the program itself, its output and its exit status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "test/support/run_program.h"
#include "test/support/temp_folder.h"

namespace andon {
namespace {

using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Sets a variable of the environment that the program inherits.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() { unsetenv(name_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
};

class AndonTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.Path(name); }
  std::string Write(const std::string& name, const std::string& text) const {
    return folder_.Write(name, text);
  }
  static ProgramRun Andon(const std::vector<std::string>& arguments) {
    return RunProgram(ANDON_PROGRAM, arguments);
  }

  TempFolder folder_;
};

constexpr char kGood[] =
    "service: {data_dir: /tmp/x}\n"
    "inputs:\n"
    "  - {type: dummy, tag: log.test}\n"
    "outputs:\n"
    "  - {type: null, match: \"**\"}\n";

TEST_F(AndonTest, WithoutACommandSaysWhatToDoAndFails) {
  const ProgramRun ran = Andon({});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("--help"));
}

TEST_F(AndonTest, EveryCommandHasHelpWithExamples) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{},
                                                  {"check"},
                                                  {"plugins"},
                                                  {"journal"},
                                                  {"journal", "list"},
                                                  {"journal", "dump"},
                                                  {"journal", "verify"},
                                                  {"journal", "replay"}}) {
    std::vector<std::string> arguments = command;
    arguments.emplace_back("--help");
    const ProgramRun ran = Andon(arguments);
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.err, "");
    EXPECT_THAT(ran.out, HasSubstr("Usage: andon"));
    EXPECT_THAT(ran.out, HasSubstr("Examples:\n  andon "));
    EXPECT_THAT(ran.out, HasSubstr("Exit status: 0"));
  }
}

TEST_F(AndonTest, SaysItsVersion) {
  EXPECT_THAT(Andon({"version"}).out, ContainsRegex("^andon [0-9]+\\.[0-9]+\\.[0-9]+\n$"));
  EXPECT_EQ(Andon({"version"}).out, Andon({"--version"}).out);
}

TEST_F(AndonTest, WrongUsageIsExitStatusTwo) {
  const ProgramRun wrong = Andon({"chekc", "x"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_EQ(wrong.err,
            "andon: there is no command \"chekc\"; did you mean \"check\"?\n"
            "There are check, plugins, journal, version.\n");
  const ProgramRun nested = Andon({"journal", "lst", "/x"});
  EXPECT_EQ(nested.status, 2);
  EXPECT_THAT(nested.err, StartsWith("andon journal: there is no command \"lst\"; did you mean "
                                     "\"list\"?\nThere are list, "));
  EXPECT_EQ(Andon({"journal", "dump", "/x", "--segment", "-1"}).status, 2);
  EXPECT_THAT(Andon({"journal", "dump", "/x", "--segment", "-1"}).err,
              HasSubstr("--segment: \"-1\" is no number of a segment"));
  EXPECT_EQ(RunProgram(ANDON_DAEMON, {}).status, 2);
  EXPECT_EQ(Andon({"check"}).status, 2);
  EXPECT_EQ(Andon({"check", "--nope", "x"}).status, 2);
}

TEST_F(AndonTest, CheckPassesAGoodFile) {
  const std::string path = Write("good.yaml", kGood);
  const ProgramRun ran = Andon({"check", path});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out, path + ": good: 1 input, 0 filters, 1 output\n");
  const ProgramRun quiet = Andon({"check", "-q", path});
  EXPECT_EQ(quiet.status, 0);
  EXPECT_EQ(quiet.out + quiet.err, "");
}

TEST_F(AndonTest, CheckNotesWhatMayNotBeMeant) {
  const ProgramRun ran = Andon({"check", Write("odd.yaml", "journal: none\n")});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(": note: no inputs: nothing will be read\n"));
  EXPECT_THAT(ran.out, HasSubstr(": note: journal: none: "));
}

TEST_F(AndonTest, CheckNotesAJournalThatTheDiskHasNoRoomFor) {
  const std::string yaml = "service: {data_dir: " + folder_.path() + "/a}\njournal: {size: ";
  const std::string note = " only where " + folder_.path() + "/a/journal is";
  EXPECT_THAT(Andon({"check", Write("a.yaml", yaml + "9000TiB}\n")}).out, HasSubstr(note));
  EXPECT_THAT(Andon({"check", Write("b.yaml", yaml + "128MiB}\n")}).out, Not(HasSubstr(note)));
}

std::string Parts(const std::string& inputs, const std::string& filters,
                  const std::string& outputs) {
  return "service: {data_dir: /tmp/x}\ninputs: [" + inputs + "]\nfilters: [" + filters +
         "]\noutputs: [" + outputs +
         ", {type: null, match: \"andon.error.**\"}]\n"
         "journal: {size: 128MiB}\n";
}

TEST_F(AndonTest, CheckNotesATagThatNobodyTakes) {
  const std::string path = Path("tags.yaml");
  const auto said = [&](const std::string& yaml) {
    Write("tags.yaml", yaml);
    const ProgramRun ran = Andon({"check", path});
    EXPECT_EQ(ran.status, 0) << ran.err;
    return ran.out;
  };
  const std::string files = "{type: file, path: /x, match: log.*}";
  EXPECT_THAT(said(Parts("{type: dummy, tag: loga}", "", files)),
              StartsWith(path + ":2:29: note: no output takes the tag \"loga\" of input dummy\n" +
                         path + ":4:11: note: no input has a tag that output file takes: log.*\n"));
  EXPECT_THAT(
      said(Parts("{type: dummy, tag: log.a}", "{type: grep, match: b, key: k, pattern: x}", files)),
      StartsWith(path + ":3:11: note: no input has a tag that filter grep takes: b\n"));
  EXPECT_THAT(said(Parts("{type: andon_log}", "", files)),
              HasSubstr("no output takes the tag \"andon.log\" of input andon_log\n"));
  // Their tags are known when the events come.
  EXPECT_THAT(said(Parts("{type: forward}", "", files)), StartsWith(path + ": good"));
  EXPECT_THAT(said(Parts("{type: tail, path: /y, tag: x.*}", "", files)),
              StartsWith(path + ": good"));
  EXPECT_THAT(said(Parts("{type: syslog, tag: \"log.${severity}\"}", "", files)),
              StartsWith(path + ": good"));
}

TEST_F(AndonTest, CheckNamesEveryProblemOnItsOwnLine) {
  const std::string path =
      Write("bad.yaml", "servce: {}\ninputs:\n  - {type: dumy}\noutputs:\n  - {type: \"null\"}\n");
  const ProgramRun ran = Andon({"check", path});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, StartsWith(path +
                                  ":1:1: unknown option \"servce\"; did you mean "
                                  "\"service\"?\n" +
                                  path +
                                  ":3:12: \"type\": unknown input \"dumy\"; did you mean "
                                  "\"dummy\"?\n" +
                                  path + ":5:5: \"match\" is required"));
  EXPECT_THAT(ran.err, EndsWith(path + ": 3 problems\n"));
}

std::string WithFilter(const std::string& filter) {
  return "service: {data_dir: /tmp/x}\ninputs:\n  - {type: dummy, tag: log.test}\nfilters:\n  - " +
         filter + "\noutputs:\n  - {type: null, match: \"**\"}\n";
}

TEST_F(AndonTest, APluginInAFileIsOpenedWhenItIsNamed) {
  EXPECT_EQ(Andon({"check", Write("none.yaml", WithFilter("{type: sample_file}"))}).status, 1);
  const ScopedVariable folder("ANDON_PLUGIN_DIR", "/nonexistent:" ANDON_TEST_PLUGINS);
  const ProgramRun good = Andon({"check", Write("good.yaml", WithFilter("{type: sample_file}"))});
  EXPECT_EQ(good.status, 0) << good.err << good.out;
  const ProgramRun bad =
      Andon({"check", Write("bad.yaml", WithFilter("{type: sample_file, wrod: x}"))});
  EXPECT_EQ(bad.status, 1);
  EXPECT_THAT(bad.out + bad.err, HasSubstr("unknown option \"wrod\"; did you mean \"word\"?"));
  EXPECT_THAT(Andon({"plugins", "sample_file"}).out, HasSubstr("a word that nobody reads"));
}

// When it differs: andon plugins --markdown > conf/REFERENCE.md
TEST_F(AndonTest, TheReferenceIsWhatTheProgramSays) {
  std::ifstream file(ANDON_SOURCE_DIR "/conf/REFERENCE.md");
  const std::string reference(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(Andon({"plugins", "--markdown"}).out, reference);
}

TEST_F(AndonTest, APluginFileThatCannotBeUsedSaysWhy) {
  const ScopedVariable folder("ANDON_PLUGIN_DIR", ANDON_TEST_PLUGINS ":" + folder_.path());
  const ProgramRun other = Andon({"check", Write("a.yaml", WithFilter("{type: other_version}"))});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.out + other.err, HasSubstr("a.yaml:5:12"));
  EXPECT_THAT(other.out + other.err, HasSubstr("was made for another version of andon"));
  Write("garbage.so", "no shared object");
  const ProgramRun garbage = Andon({"check", Write("b.yaml", WithFilter("{type: garbage}"))});
  EXPECT_EQ(garbage.status, 1);
  EXPECT_THAT(garbage.out + garbage.err, HasSubstr("garbage.so cannot be opened"));
  EXPECT_THAT(Andon({"plugins"}).out, HasSubstr("garbage.so cannot be opened"));
  // A type is never a path.
  EXPECT_THAT(Andon({"check", Write("c.yaml", WithFilter("{type: ../garbage}"))}).err,
              HasSubstr("unknown filter"));
}

TEST_F(AndonTest, APluginThatIsNotInstalledIsSaidToBeLookedForInFiles) {
  const ScopedVariable folder("ANDON_PLUGIN_DIR", folder_.path());
  const ProgramRun ran = Andon({"check", Write("a.yaml", "inputs: [{type: zeromq, tag: a}]\n")});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("unknown input \"zeromq\"; there are "));
  EXPECT_THAT(ran.err, HasSubstr("; no file of that name is in " + folder_.path() + " or "));
  const ProgramRun asked = Andon({"plugins", "zeromq"});
  EXPECT_THAT(asked.err, HasSubstr("there is no \"zeromq\", and no file of that name in "));
}

TEST_F(AndonTest, CheckTakesAFolder) {
  Write("1.yaml", "inputs: [{type: dummy, tag: a}]\n");
  Write("2.yaml", "outputs: [{type: null, match: \"**\"}, {type: nul, match: a}]\n");
  const ProgramRun ran = Andon({"check", folder_.path()});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err,
              StartsWith(folder_.path() + "/2.yaml:1:45: \"type\": unknown output \"nul\""));
}

TEST_F(AndonTest, CheckSaysWhenThereIsNothingToRead) {
  const ProgramRun ran = Andon({"check", Path("gone.yaml")});
  EXPECT_EQ(ran.status, 2);
  EXPECT_THAT(ran.err, HasSubstr("gone.yaml: "));
  EXPECT_THAT(ran.err, HasSubstr("No such file or directory\n"));
  std::filesystem::create_directory(Path("empty"));
  EXPECT_EQ(Andon({"check", Path("empty")}).status, 2);
}

TEST_F(AndonTest, PluginsListsEveryKind) {
  const ProgramRun ran = Andon({"plugins"});
  EXPECT_EQ(ran.status, 0);
  for (const char* line : {"\ninputs\n", "\noutputs\n", "\n  dummy ", "\n  null ", "  service "}) {
    EXPECT_THAT(ran.out, HasSubstr(line));
  }
}

TEST_F(AndonTest, PluginsShowsTheOptionsOfOne) {
  const ProgramRun ran = Andon({"plugins", "journal"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, StartsWith("section journal: "));
  EXPECT_THAT(ran.out, HasSubstr("\n  size           size, default 4GiB\n"));
  EXPECT_THAT(Andon({"plugins", "output/null"}).out, StartsWith("output null: "));
  EXPECT_EQ(Andon({"plugins", "input/null"}).status, 1);
}

TEST_F(AndonTest, PluginsKnowsWhatWasMeant) {
  const ProgramRun ran = Andon({"plugins", "dumy"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(
      ran.err,
      StartsWith("andon plugins: there is no \"dumy\"; did you mean \"dummy\"?\nThere are "));
  for (const char* name : {" dummy,", " journal,", " tail."}) EXPECT_THAT(ran.err, HasSubstr(name));
}

TEST_F(AndonTest, PluginsWritesTheReferenceInMarkdown) {
  const ProgramRun ran = Andon({"plugins", "--markdown"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, StartsWith("## Sections\n\n### service\n\n"));
  EXPECT_THAT(ran.out, HasSubstr("\n## Inputs\n\n"));
  EXPECT_THAT(ran.out, HasSubstr("| `match` | tag pattern | required | "));
  // Every row of a table has its four cells.
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('|')) continue;
    int cells = 0;
    for (size_t i = 1; i < line.size(); ++i) cells += line[i] == '|' && line[i - 1] != '\\';
    EXPECT_EQ(cells, 4) << line;
  }
}

TEST_F(AndonTest, EveryOptionOfEveryPluginHasHelp) {
  std::istringstream lines(Andon({"plugins", "--markdown"}).out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    EXPECT_THAT(line, Not(EndsWith("|  |")));
  }
}

}  // namespace
}  // namespace andon
