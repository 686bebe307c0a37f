#include <algorithm>
#include <utility>

#include "core/event/entry.h"
#include "core/event/entry_head.h"
#include "core/event/record_shape.h"
#include "core/event/value_walk.h"

namespace andon {
namespace {

// A shorter entry that is not whole is walked again from its start: that costs less than keeping
// how far it went.
constexpr size_t kWorthKeeping = 4096;

constexpr uint32_t kSecond = 1'000'000'000;

// The front of an entry in one of the forms that nearly all have.
struct CommonHead {
  size_t bytes = 0;   // Before the record; 0: another form, or none.
  uint64_t time = 0;  // Seconds in the upper half, nanoseconds in the lower.
};

// At least RecordShape::kMargin bytes are there.
CommonHead ReadCommonHead(const std::byte* at) {
  const auto first = LoadBigEndian<uint32_t>(at);
  CommonHead head;
  if (first >> 8 == 0x92d700) {  // [EventTime, record]
    head = {11, LoadBigEndian<uint64_t>(at + 3)};
  } else if (first >> 16 == 0x92ce) {  // [uint32, record]
    head = {7, uint64_t{LoadBigEndian<uint32_t>(at + 2)} << 32};
  } else if (first == 0x9292d700 && at[12] == std::byte{0x80}) {  // [[EventTime, {}], record]
    head = {13, LoadBigEndian<uint64_t>(at + 4)};
  }
  if (static_cast<uint32_t>(head.time) >= kSecond) return {};
  return head;
}

EventTime Unpack(uint64_t time) {
  return {static_cast<uint32_t>(time >> 32), static_cast<uint32_t>(time)};
}

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
  if (shape_ == nullptr && !untrusted.empty()) shape_ = std::make_unique<RecordShape>();
  for (;;) {
    WalkPredicted(untrusted, progress);
    if (progress.bytes == untrusted.size()) return;
    ValueWalk walk;
    if (!WalkOne(untrusted.subspan(progress.bytes), walk, progress)) return;
  }
}

void EntryValidator::WalkPredicted(Bytes untrusted, Progress& progress) {
  uint64_t earliest = UINT64_MAX;
  uint64_t latest = 0;
  uint32_t count = 0;
  size_t at = progress.bytes;
  while (untrusted.size() - at >= RecordShape::kMargin) {
    const CommonHead head = ReadCommonHead(untrusted.data() + at);
    if (head.bytes == 0) break;
    const size_t record = shape_->Match(untrusted.subspan(at + head.bytes));
    if (record == 0) break;
    at += head.bytes + record;
    ++count;
    earliest = std::min(earliest, head.time);
    latest = std::max(latest, head.time);
  }
  if (count == 0) return;
  progress.bytes = at;
  progress.count += count;
  progress.times.Add(Unpack(earliest));
  progress.times.Add(Unpack(latest));
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
  shape_->Missed(head.record);
  return true;
}

}  // namespace andon
