#include <algorithm>
#include <utility>

#include "core/event/common_entry_head.h"
#include "core/event/entry.h"
#include "core/event/entry_head.h"
#include "core/event/record_predictor.h"
#include "core/event/value_walk.h"

namespace andon {
namespace {

// A shorter entry that is not whole is walked again from its start: that costs less than keeping
// how far it went.
constexpr size_t kWorthKeeping = 4096;

}  // namespace

EntryValidator::EntryValidator() = default;
EntryValidator::~EntryValidator() = default;
EntryValidator::EntryValidator(EntryValidator&& other) noexcept = default;
EntryValidator& EntryValidator::operator=(EntryValidator&& other) noexcept = default;

EntryValidator::Progress EntryValidator::Walk(Bytes untrusted) {
  unfinished_.reset();
  Progress progress{0, 0, {}, WalkOutcome::kOk};
  WalkOn(untrusted, progress);
  return progress;
}

EntryValidator::Progress EntryValidator::Resume(Bytes untrusted) {
  const auto walk = std::exchange(unfinished_, nullptr);
  Progress progress{0, 0, {}, WalkOutcome::kOk};
  const bool goes_on = walk != nullptr && walk->offset() <= untrusted.size();
  if (!goes_on || WalkOne(untrusted, *walk, progress)) WalkOn(untrusted, progress);
  return progress;
}

void EntryValidator::WalkOn(Bytes untrusted, Progress& progress) {
  if (untrusted.empty()) return;
  if (predictor_ == nullptr) predictor_ = std::make_unique<RecordPredictor>();
  for (;;) {
    WalkPredicted(untrusted, progress);
    if (progress.bytes == untrusted.size()) return;
    ValueWalk walk;
    if (!WalkOne(untrusted.subspan(progress.bytes), walk, progress)) return;
  }
}

void EntryValidator::WalkPredicted(Bytes untrusted, Progress& progress) {
  RecordPredictor& predictor = *predictor_;
  uint64_t earliest = UINT64_MAX;
  uint64_t latest = 0;
  uint32_t count = 0;
  size_t at = progress.bytes;
  static_assert(RecordShape::kMargin >= CommonEntryHead::kLookAhead);
  while (untrusted.size() - at >= RecordShape::kMargin) {
    const auto head = CommonEntryHead::Read(untrusted.data() + at);
    if (head.bytes == 0) break;
    const size_t record = predictor.Match(untrusted.subspan(at + head.bytes));
    if (record == 0) break;
    at += head.bytes + record;
    ++count;
    earliest = std::min(earliest, head.time);
    latest = std::max(latest, head.time);
  }
  if (count == 0) return;
  progress.bytes = at;
  progress.count += count;
  progress.times.Add(CommonEntryHead{0, earliest}.event_time());
  progress.times.Add(CommonEntryHead{0, latest}.event_time());
}

// One entry at the front of `untrusted`, from where `walk` is. False when the walk ends here.
bool EntryValidator::WalkOne(Bytes untrusted, ValueWalk& walk, Progress& progress) {
  progress.outcome = walk.Continue(untrusted);
  if (progress.outcome == WalkOutcome::kMore) {
    if (walk.offset() >= kWorthKeeping) unfinished_ = std::make_unique<ValueWalk>(walk);
    return false;
  }
  if (progress.outcome == WalkOutcome::kInvalid) {
    error_ = walk.too_deep() ? "entry is nested too deeply" : "entry is not msgpack";
    bad_value_bytes_ = 0;
    return false;
  }
  const EntryHead head = ReadEntryHead(untrusted.data());
  if (head.error != nullptr) {
    progress.outcome = WalkOutcome::kInvalid;
    error_ = head.error;
    bad_value_bytes_ = walk.offset();
    return false;
  }
  ++progress.count;
  progress.bytes += walk.offset();
  progress.times.Add(head.time);
  predictor_->Missed(head.record);
  return true;
}

}  // namespace andon
