// Commits on a disk: one open segment, rolled when it is full and left when a write fails.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/random.h"
#include "core/journal/commit_log.h"
#include "core/journal/intake.h"
#include "core/journal/journal.h"
#include "core/journal/recovery.h"
#include "core/journal/segment_writer.h"
#include "core/journal/segments.h"

namespace andon::journal {

class SegmentLog : public CommitLog {
 public:
  SegmentLog(Segments& segments, const JournalOptions& options, Random& random, Intake& intake);

  // Begins the first segment behind what was recovered, which is durable then.
  Status Begin(const Recovered& recovered, const LogTime& time);

  Status Write(Commit& commit, const State& state, const LogTime& time) override;
  StreamPosition end() const override;
  std::shared_ptr<const Ordinals> ordinals() const override { return ordinals_; }

  // Whether `commit` needs another segment, or goes into the open one.
  bool WillRoll(const Commit& commit) const;
  bool HasRoom(const Commit& commit) const;
  // Somebody may have deleted the open segment's file: it is written again from what is still open.
  // False when it was so; after an error the next commit begins another segment.
  bool LookAtFile();
  // The open segment's.
  uint64_t number() const { return segment().header.segment; }
  uint64_t open_capacity() const { return writer_->capacity(); }
  // errno of what failed last, 0 when that is not known.
  int last_error() const { return last_error_; }

  // Nothing more comes: leaves an empty successor with the snapshot, so that the next start has
  // nothing to read.
  Status Finish(const State& state, const LogTime& time);

 private:
  Status Roll(uint64_t commit_bytes, const State& state, const LogTime& time);
  Status BeginSegment(uint64_t capacity, const State& state, const LogTime& time);
  void GiveBackRoom(SegmentWriter& writer);
  Status WriteAgain();
  Status MakeDurable(const Recovered& recovered);
  uint64_t CutToEnd(uint64_t number);
  Segment& segment() const { return segments_.all().at(number_); }

  Segments& segments_;
  const JournalOptions options_;
  Random& random_;
  Intake& intake_;
  std::shared_ptr<SegmentWriter> writer_;
  std::shared_ptr<const Ordinals> ordinals_;
  uint64_t number_ = 0;          // Of the segment that ends the journal.
  uint64_t highest_number_ = 0;  // Tried so far.
  uint64_t last_salt_ = 0;
  bool failed_ = false;
  int last_error_ = 0;
};

}  // namespace andon::journal
