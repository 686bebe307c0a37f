#include "core/app/check_command.h"

#include <algorithm>
#include <ostream>
#include <string_view>
#include <vector>

#include "core/app/check_notes.h"
#include "core/app/connect_check.h"
#include "core/config/config_node.h"
#include "core/pipeline/pipeline_config.h"

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
  for (const std::string& note : CheckNotes(options.path, *config, *pipeline)) out << note << "\n";
  out << options.path << ": good: " << Count(pipeline->inputs.size(), "input") << ", "
      << Count(pipeline->filters.size(), "filter") << ", "
      << Count(pipeline->outputs.size(), "output") << "\n";
  return 0;
}

}  // namespace andon
