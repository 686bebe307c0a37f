// What an output is: it delivers chunks, and says of each what became of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/base/unique_function.h"
#include "core/event/chunk.h"
#include "core/plugin/context.h"

namespace andon {

struct Rejection {
  Sequence event = 0;
  std::string reason;
};

struct WriteResult {
  Status status;  // Of every event that is not named below. Ok: delivered.
  std::vector<Rejection>
      rejected;              // Become events andon.error.**, durable before the cursor moves.
  std::vector<Range> again;  // Only these come back, later, as a chunk of their own.
  // Stored with the cursor and handed to Prepare: file sizes, servers. Empty: as before.
  std::string note;
};

// Answered once, on the output's thread or another. Destroyed unanswered it is kUnavailable.
using WriteDone = UniqueFunction<void(WriteResult)>;

// What an output would like chunks to be; the user's `chunk:` options override it.
struct OutputLimits {
  size_t bytes = size_t{1} << 20;  // Of entries in a chunk, one record of the journal at least.
  uint64_t events = UINT64_MAX;
  Duration age = Duration::zero();  // How long a chunk may wait to become full.
  int in_flight = 1;                // Writes under way at once.
  size_t memory = size_t{8} << 20;  // What these may keep of the journal's.
};

// One thing that an output has tried out: "https://es1:9200: answers", and whether it is so.
struct ProbeFinding {
  std::string what;
  Status status;
};

// All methods on the output's thread: Prepare, Start, Writes, Closing, Stop; or Probe alone.
class Output {
 public:
  virtual ~Output() = default;
  virtual Result<OutputLimits> Prepare(OutputContext& context) = 0;
  virtual void Start() = 0;
  // Up to in_flight at once, done in any order. An output never retries, buffers or sleeps itself:
  // kUnavailable brings the chunk back after a back-off, kRejected makes error events of it.
  virtual void Write(Chunk chunk, WriteDone done) = 0;
  // Everything of a lane that nobody appends to any more is delivered and settled: nothing of it
  // will come again.
  virtual void LaneClosed(const LaneId& /*lane*/) {}
  // The time to deliver is over, and no Write comes any more: what cannot end soon is given up
  // (answered), so that nobody waits for it.
  virtual void Closing() {}
  // Finishes or gives up what is under way (each Write is answered), then calls `done`.
  virtual void Stop(UniqueFunction<void()> done) = 0;
  // For `andon check --connect`: proves what the configuration says of others (address,
  // credentials, rights), without writing anything. `done` is called once; nothing: nothing to
  // prove.
  virtual void Probe(OutputContext& /*context*/,
                     UniqueFunction<void(std::vector<ProbeFinding>)> done) {
    done({});
  }
};

}  // namespace andon
