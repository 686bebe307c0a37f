// outputs/stdout: writes events to andond's standard output, to look at them or for a program that
// reads them from a pipe.
//
//   outputs:
//     - type: stdout
//       match: "**"
//       format: json
//
// Thread: output. A slow reader holds back this output alone; when nobody reads any more (EPIPE)
// chunks are tried again, as for a server that is down. A pipe cannot be cut back: a chunk that was
// partly written when andond was killed is written again, so this output is at-least-once.

#include <unistd.h>

#include <memory>
#include <utility>

#include "core/config/config_reader.h"
#include "core/event/entry.h"
#include "core/plugin/formatter.h"
#include "core/plugin/output.h"
#include "core/plugin/registry.h"
#include "outputs/stdout/fd_writer.h"

namespace andon {
namespace {

constexpr size_t kChunkBytes = size_t{256} << 10;
constexpr size_t kKeepBytes = size_t{1} << 20;

class StdoutOutput final : public Output {
 public:
  struct Config {
    Factory<Formatter> format;

    static Result<Config> Parse(const ConfigNode& node) {
      Config config;
      ConfigReader reader(node);
      ReadPlugin<Formatter>(reader, "format", &config.format, "json", "how each event is written");
      RETURN_IF_ERROR(reader.Finish());
      return config;
    }
  };
  explicit StdoutOutput(const Config& config)
      : formatter_(config.format ? config.format() : nullptr) {}

  Result<OutputLimits> Prepare(OutputContext& context) override {
    writer_ = std::make_unique<stdout_output::FdWriter>(context.loop, STDOUT_FILENO, "stdout");
    return OutputLimits{.bytes = kChunkBytes};
  }
  void Start() override {}

  void Write(Chunk chunk, WriteDone done) override {
    for (const Piece& piece : chunk.pieces()) {
      for (EntryIterator entry(piece.entries); !entry.done(); entry.Next()) {
        formatter_->Format(*piece.tag, *entry, text_);
      }
    }
    writer_->Write(text_.bytes(), [this, done = std::move(done)](Status status) mutable {
      text_.Clear();
      if (text_.capacity() > kKeepBytes) text_.Release();
      WriteResult result;
      result.status = std::move(status);
      done(std::move(result));
    });
  }

  void Stop(UniqueFunction<void()> done) override {
    writer_->Cancel();
    done();
  }

 private:
  const std::unique_ptr<Formatter> formatter_;
  ByteBuffer text_;
  std::unique_ptr<stdout_output::FdWriter> writer_;
};

const Register<Output, StdoutOutput> kStdout("stdout", "writes events to standard output");

}  // namespace
}  // namespace andon
