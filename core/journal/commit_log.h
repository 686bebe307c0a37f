// Where commits go: segments on a disk, or nowhere.
#pragma once

#include <cstdint>
#include <memory>

#include "core/journal/commit.h"
#include "core/journal/state.h"
#include "core/journal/stream.h"

namespace andon::journal {

struct LogTime {
  uint64_t wall_ns = 0;
  uint64_t clock_ns = 0;  // The journal's own.
};

// Thread: journal.
class CommitLog {
 public:
  virtual ~CommitLog() = default;
  // Makes a commit durable and sets the places of its parts. `state` is what all commits before it
  // made. After an error the same commit must come again.
  virtual Status Write(Commit& commit, const State& state, const LogTime& time) = 0;
  // Behind the last commit.
  virtual StreamPosition end() const = 0;
  virtual std::shared_ptr<const Ordinals> ordinals() const = 0;
};

}  // namespace andon::journal
