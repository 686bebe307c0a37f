#include "core/app/connect_check.h"

#include <future>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "core/app/lone_context.h"
#include "core/plugin/output.h"

namespace andon {
namespace {

// One output on a loop of its own.
class Probing {
 public:
  Probing(const OutputConfig& config, const ServiceConfig& service)
      : context_(config.id, service.data_dir), output_(config.factory()) {
    if (!service.hostname.empty()) context_.output().hostname = service.hostname;
  }

  std::vector<ProbeFinding> Run(Duration limit) {
    auto findings = std::make_shared<std::optional<std::vector<ProbeFinding>>>();
    RunnableLoop& loop = context_.loop();
    output_->Probe(context_.output(), [&loop, findings](std::vector<ProbeFinding> found) {
      *findings = std::move(found);
      loop.Quit();
    });
    bool over = false;
    const auto timer = loop.After(limit, [&loop, &over] {
      over = true;
      loop.Quit();
    });
    while (!findings->has_value() && !over) loop.Run();
    if (findings->has_value()) return **findings;
    return {{"connecting", Unavailable("no answer in time")}};
  }

 private:
  LoneContext context_;
  std::unique_ptr<Output> output_;  // Goes first.
};

}  // namespace

int RunConnectCheck(const ConnectCheckOptions& options, const PipelineConfig& pipeline,
                    std::ostream& out, std::ostream& err) {
  // All at once: some take long to find out that nobody answers.
  std::vector<std::future<std::vector<ProbeFinding>>> found;
  found.reserve(pipeline.outputs.size());
  for (const OutputConfig& config : pipeline.outputs) {
    found.push_back(std::async(std::launch::async, [&config, &pipeline, limit = options.limit] {
      return Probing(config, pipeline.service).Run(limit);
    }));
  }
  int problems = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const OutputConfig& config = pipeline.outputs[i];
    for (const ProbeFinding& finding : found[i].get()) {
      const std::string line = options.path + ": " + config.id + ": " + finding.what;
      if (!finding.status.ok()) {
        ++problems;
        err << line << ": " << finding.status.message() << "\n";
      } else if (!options.quiet) {
        out << line << ": good\n";
      }
    }
  }
  return problems;
}

}  // namespace andon
