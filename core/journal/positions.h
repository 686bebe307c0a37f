// The positions of all sources as they are in memory: what is durable and what is on its way.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "core/base/mutex.h"
#include "core/journal/state.h"
#include "core/plugin/position_store.h"

namespace andon::journal {

// Thread: any.
class Positions : public PositionStore {
 public:
  Positions(PositionMap recovered, uint64_t order, Survives survives = Survives::kPowerCut)
      : newest_(std::move(recovered)), order_(order), survives_(survives) {}

  Survives survives() const override { return survives_; }

  std::optional<std::string> Find(std::string_view source) const override;
  void ForEach(std::string_view prefix,
               const std::function<void(std::string_view source, std::string_view value)>& visit)
      const override;
  std::vector<Range> Claim(std::string_view source, std::span<const Range> wanted) override;

  // A lane is taking these in: they become the newest, and are encoded behind their order for the
  // record. Claims that they settle are open no more.
  void Append(std::span<const Position> covers, ByteBuffer& encoded);  // Thread: worker.

  void Forget(const std::string& source);

  // Claims are numbered from 1. Those before this number have been appended: who repeats what was
  // claimed may rely on it with the next commit.
  uint64_t first_open_claim() const;
  uint64_t next_claim() const;

 private:
  mutable Mutex mutex_;
  PositionMap newest_ GUARDED_BY(mutex_);
  uint64_t order_ GUARDED_BY(mutex_);
  const Survives survives_;
  uint64_t next_claim_ GUARDED_BY(mutex_) = 1;
  struct OpenClaim {
    std::string source;
    std::thread::id worker;
    uint64_t number;
  };
  std::deque<OpenClaim> open_claims_ GUARDED_BY(mutex_);  // The oldest first.
};

}  // namespace andon::journal
