#include "core/app/connect_check.h"

#include <memory>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "core/app/machine.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/loop/uv_loop.h"
#include "core/metrics/metrics.h"
#include "core/net/real_network.h"
#include "core/plugin/output.h"

namespace andon {
namespace {

// One output on a loop of its own.
class Probing {
 public:
  Probing(const OutputConfig& config, const ServiceConfig& service)
      : loop_(MakeUvLoop()),
        network_(MakeRealNetwork(*loop_, nullptr)),
        scope_(metrics_, {{"kind", "output"}, {"id", config.id}}),
        ledger_(scope_),
        context_{{.id = config.id,
                  .hostname = MachineHostname(),
                  .data_dir = service.data_dir,
                  .loop = *loop_,
                  .network = *network_,
                  .files = RealFileSystem(),
                  .random = SystemRandom(),
                  .metrics = scope_,
                  .ledger = ledger_},
                 "",
                 {}},
        output_(config.factory()) {}

  std::vector<ProbeFinding> Run(Duration limit) {
    auto findings = std::make_shared<std::optional<std::vector<ProbeFinding>>>();
    output_->Probe(context_, [loop = loop_.get(), findings](std::vector<ProbeFinding> found) {
      *findings = std::move(found);
      loop->Quit();
    });
    bool over = false;
    const auto timer = loop_->After(limit, [this, &over] {
      over = true;
      loop_->Quit();
    });
    while (!findings->has_value() && !over) loop_->Run();
    if (findings->has_value()) return **findings;
    return {{"connecting", Unavailable("no answer in time")}};
  }

 private:
  std::unique_ptr<RunnableLoop> loop_;
  std::unique_ptr<Network> network_;
  MetricRegistry metrics_;
  MetricScope scope_;
  PartLedger ledger_;
  OutputContext context_;
  std::unique_ptr<Output> output_;  // Goes first.
};

}  // namespace

int RunConnectCheck(const ConnectCheckOptions& options, const PipelineConfig& pipeline,
                    std::ostream& out, std::ostream& err) {
  int problems = 0;
  for (const OutputConfig& config : pipeline.outputs) {
    for (const ProbeFinding& finding : Probing(config, pipeline.service).Run(options.limit)) {
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
