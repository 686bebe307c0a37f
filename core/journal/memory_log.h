// journal: none. Commits get places, and that is all.
#pragma once

#include <memory>

#include "core/journal/commit_log.h"

namespace andon::journal {

class MemoryLog : public CommitLog {
 public:
  Status Write(Commit& commit, const State& state, const LogTime& /*time*/) override {
    for (CommitPart& part : commit.parts) {
      part.at = {1, end_};
      end_ += part.data.end - part.data.begin;
      part.end = {1, end_};
    }
    for (CursorState& cursor : commit.cursors) {
      if (cursor.created == StreamPosition{} && !cursor.pending) cursor.created = end();
    }
    // What was dropped is found by these, so every commit has its own.
    ordinals_ = std::make_shared<const Ordinals>(state.routed);
    return {};
  }
  StreamPosition end() const override { return {1, end_}; }
  std::shared_ptr<const Ordinals> ordinals() const override { return ordinals_; }

 private:
  uint64_t end_ = kPageBytes;
  std::shared_ptr<const Ordinals> ordinals_ = std::make_shared<const Ordinals>();
};

}  // namespace andon::journal
