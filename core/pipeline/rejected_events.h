// Events that an output refused, on their way back into the pipeline as error events.
#pragma once

#include <string>
#include <vector>

#include "core/base/unique_function.h"
#include "core/event/chunk.h"
#include "core/plugin/output.h"

namespace andon {

struct RejectedEvents {
  std::string output_id;
  Chunk chunk;                        // Pins the originals.
  std::vector<Rejection> rejections;  // Sorted by sequence; all of them in the chunk.
  UniqueFunction<void()> durable;     // Called on the worker when the error events are durable.
};

}  // namespace andon
