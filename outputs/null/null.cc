// outputs/null: takes every event and keeps none; for measurements, and for tags that nobody wants.
//
//   outputs:
//     - {type: "null", match: "debug.**"}
//
// Thread: output. Never fails. What it took is counted: andon_null_bytes_total.

#include <utility>

#include "core/config/config_reader.h"
#include "core/plugin/output.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

constexpr size_t kChunkBytes = size_t{4} << 20;

class NullOutput final : public Output {
 public:
  using Config = NoOptions;
  explicit NullOutput(const Config& /*config*/) {}

  Result<OutputLimits> Prepare(OutputContext& context) override {
    bytes_ = &context.metrics.GetCounter("andon_null_bytes_total",
                                         "bytes of events that were taken and thrown away");
    return OutputLimits{.bytes = kChunkBytes};
  }
  void Start() override {}
  void Write(Chunk chunk, WriteDone done) override {
    bytes_->Add(chunk.bytes());
    done({});
  }
  void Stop(UniqueFunction<void()> done) override { done(); }

 private:
  Counter* bytes_ = nullptr;
};

const Register<Output, NullOutput> kNull("null", "takes every event and keeps none");

}  // namespace
}  // namespace andon
