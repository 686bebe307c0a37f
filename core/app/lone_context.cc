#include "core/app/lone_context.h"

#include <utility>

#include "core/app/machine.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/loop/uv_loop.h"
#include "core/net/real_network.h"

namespace andon {

LoneContext::LoneContext(const std::string& id, const std::string& data_dir)
    : loop_(MakeUvLoop()),
      network_(MakeRealNetwork(*loop_, nullptr)),
      scope_(metrics_, {{"kind", "output"}, {"id", id}}),
      ledger_(scope_),
      output_{{.id = id,
               .hostname = MachineHostname(),
               .data_dir = data_dir,
               .loop = *loop_,
               .network = *network_,
               .files = RealFileSystem(),
               .random = SystemRandom(),
               .metrics = scope_,
               .ledger = ledger_},
              "",
              {}} {
  // There is no cursor to keep a note with: what the output notes lasts as long as this.
  output_.save_note = [this](std::string note, UniqueFunction<void(Status)> done) {
    output_.note = std::move(note);
    loop_->Post([done = std::move(done)]() mutable { done(OkStatus()); });
  };
}

}  // namespace andon
