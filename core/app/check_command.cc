#include "core/app/check_command.h"

#include <algorithm>
#include <ostream>
#include <string_view>
#include <vector>

#include "core/app/connect_check.h"
#include "core/config/config_node.h"
#include "core/pipeline/pipeline_config.h"
#include "core/plugin/error_event.h"

namespace andon {
namespace {

std::string Count(size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

// The file or folder itself cannot be read: no place within it.
bool NothingToRead(const std::vector<Problem>& problems, const std::string& path) {
  return std::any_of(problems.begin(), problems.end(), [&path](const Problem& problem) {
    return problem.mark.line == 0 && problem.mark.file == path;
  });
}

bool TakesErrors(const PipelineConfig& pipeline) {
  const std::string tag = std::string(kErrorTagPrefix) + "plugin.tag";
  return std::any_of(pipeline.outputs.begin(), pipeline.outputs.end(),
                     [&tag](const OutputConfig& output) { return output.match.Matches(tag); });
}

// What is allowed and may still not be meant.
std::vector<std::string> Notes(const PipelineConfig& pipeline) {
  std::vector<std::string> notes;
  if (pipeline.inputs.empty()) notes.emplace_back("no inputs: nothing will be read");
  if (pipeline.outputs.empty()) notes.emplace_back("no outputs: nothing will be delivered");
  if (pipeline.journal.directory.empty()) {
    notes.emplace_back("journal: none: what is in memory is lost when andond is killed");
  } else if (pipeline.journal.sync == SyncMode::kOs) {
    notes.emplace_back("sync: os: the newest acknowledged events are lost in a power cut");
  }
  if (pipeline.journal.overflow == Overflow::kDropOldest) {
    notes.emplace_back(
        "overflow: drop_oldest: when the journal is full the oldest events are lost");
  }
  if (!pipeline.outputs.empty() && !TakesErrors(pipeline)) {
    notes.push_back("no output matches andon.error.**: error events go to a file under " +
                    pipeline.service.data_dir);
  }
  return notes;
}

int PrintProblems(const std::vector<Problem>& problems, const std::string& path,
                  std::ostream& err) {
  for (const Problem& problem : problems) err << problem.ToString() << "\n";
  if (NothingToRead(problems, path)) return 2;
  err << path << ": " << Count(problems.size(), "problem") << "\n";
  return 1;
}

}  // namespace

int RunCheck(const CheckOptions& options, std::ostream& out, std::ostream& err) {
  const auto config = Config::Load(options.path);
  const auto pipeline = ReadPipelineConfig(*config);
  const std::vector<Problem> problems = config->problems();
  if (!problems.empty()) return PrintProblems(problems, options.path, err);
  if (!pipeline.ok()) {
    err << options.path << ": " << pipeline.status().message() << "\n";
    return 1;
  }
  if (options.connect) {
    ConnectCheckOptions connect;
    connect.path = options.path;
    connect.quiet = options.quiet;
    const int wrong = RunConnectCheck(connect, *pipeline, out, err);
    if (wrong > 0) {
      err << options.path << ": " << Count(static_cast<size_t>(wrong), "problem") << "\n";
      return 1;
    }
  }
  if (options.quiet) return 0;
  for (const std::string& note : Notes(*pipeline)) {
    out << options.path << ": note: " << note << "\n";
  }
  out << options.path << ": good: " << Count(pipeline->inputs.size(), "input") << ", "
      << Count(pipeline->filters.size(), "filter") << ", "
      << Count(pipeline->outputs.size(), "output") << "\n";
  return 0;
}

}  // namespace andon
