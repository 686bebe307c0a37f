// What a filter does with a batch: one verdict an entry, in order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/event/batch_builder.h"
#include "core/event/event_batch.h"

namespace andon {

class BatchRewriter;

// Changes to one entry's record; all other fields are copied as bytes, in their order. Applied when
// it is destroyed. Keys are borrowed until then. Later calls see the original record, not earlier
// changes. Setting a key that is there replaces it in place; a new one goes to the end. Of several
// calls for one key the last counts; record_change.h has the finer rules.
class RecordPatch {
 public:
  RecordPatch(RecordPatch&& other) noexcept : rewriter_(other.rewriter_) {
    other.rewriter_ = nullptr;
  }
  RecordPatch& operator=(RecordPatch&&) = delete;
  ~RecordPatch();

  void Time(EventTime time);
  void Set(std::string_view key, std::string_view text);
  void Set(std::string_view key, int64_t number);
  void Set(std::string_view key, ValueView value);  // The bytes are copied now.
  void Remove(std::string_view key);
  void Rename(std::string_view from, std::string_view to);
  // Every field but those set is dropped.
  void Clear();

 private:
  friend class BatchRewriter;
  explicit RecordPatch(BatchRewriter* rewriter) : rewriter_(rewriter) {}
  BatchRewriter* rewriter_;
};

// Copies nothing while everything is kept; then kept neighbours as one memcpy. Reused from batch to
// batch so that its memory is too. Thread: the worker's.
class BatchRewriter {
 public:
  BatchRewriter();
  ~BatchRewriter();
  BatchRewriter(const BatchRewriter&) = delete;
  BatchRewriter& operator=(const BatchRewriter&) = delete;

  void Keep(const EntryView& entry);
  void Drop(const EntryView& entry);
  RecordPatch Change(const EntryView& entry);
  // The entry gets another tag and goes on from the next filter. `tag` as of TagTable::Intern.
  void Retag(const EntryView& entry, const Tag& tag);
  RecordPatch ChangeAndRetag(const EntryView& entry, const Tag& tag);
  // To andon.error.** with the original. `reason` is copied.
  void Fail(const EntryView& entry, std::string_view reason);
  // All entries that have no verdict yet are kept: for a filter that looks at the tag only.
  void KeepRest();
  void DropRest();

  // For the filter chain. Begin, the filter's Apply, then Finish: it CHECKs that each entry had its
  // verdict and builds the outputs, valid until the next Begin.
  struct Failure {
    Bytes entry;
    EventTime time;
    std::string reason;
    Run identity;  // count 1 where the batch had origins, else 0.
  };
  struct Outcome {
    std::vector<EventBatch> batches;  // Not empty ones; the first has the input's tag if any kept.
    std::vector<Failure> failures;
    uint32_t kept = 0;  // Changed and retagged ones included.
    uint32_t dropped = 0;
  };
  void Begin(const EventBatch& in);
  const Outcome& Finish();

 private:
  friend class RecordPatch;
  struct Group;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace andon
