// The entries of a message: cut into good and bad ones, less what was accepted before.
#include <utility>

#include "inputs/forward/intake.h"

namespace andon::forward {

namespace {

constexpr size_t kTextBytes = size_t{256} << 10;  // Of what is unreadable, in its error event.

}  // namespace

bool Intake::TakeEntries(Taking& taking, Bytes entries, const CheckedEntries& checked) {
  const uint64_t total = SliceAll(taking, entries, checked);
  if (taking.cut != nullptr && (!delimited_ || total != taking.cut->events_left())) {
    return Refuse("the numbers do not add up to the entries");
  }
  ledger_.Received(total);
  if (taking.cut != nullptr) {
    Claim(taking, total);
    for (const Slice& slice : slices_) Cut(taking, slice);
  } else {
    for (const Slice& slice : slices_) Put(taking, slice, {});
  }
  return true;
}

uint64_t Intake::SliceAll(const Taking& taking, Bytes entries, const CheckedEntries& checked) {
  slices_.clear();
  repaired_.Clear();
  delimited_ = true;
  const bool whole = checked.bytes == entries.size();
  const bool dated = taking.cut != nullptr || checked.times.earliest.seconds != 0;
  if (whole && dated) {
    if (checked.count > 0) Good(entries, checked.count, checked.times);
    return checked.count;
  }
  SliceOptions options;
  options.now = loop_.WallNow();
  options.replace_zero = taking.cut == nullptr;
  options.nil_time_is_now = !taking.message.packed;
  EntrySlicer slicer(options);
  slicer.Slice(entries, checked, *this);
  delimited_ = slicer.delimited();
  uint64_t total = 0;
  for (const Slice& slice : slices_) total += slice.count;
  return total;
}

void Intake::Good(Bytes entries, uint32_t count, const TimeRange& times) {
  slices_.push_back({entries, count, times, nullptr, {}, 0, 0});
}

void Intake::Repaired(Bytes entry, EventTime time) {
  TimeRange times;
  times.Add(time);
  slices_.push_back({{}, 1, times, nullptr, {}, repaired_.size(), entry.size()});
  repaired_.Append(entry);
}

void Intake::Bad(const BadEntry& entry) {
  slices_.push_back({entry.bytes, 1, {}, entry.error, entry.record, 0, 0});
}

void Intake::Claim(Taking& taking, uint64_t entries) {
  LaneCut& cut = *taking.cut;
  if (entries == 0) return;
  cut.Claim(entries, positions_);
  lanes_.Seen(cut.source(), turn_);
  if (cut.claimed() > 0) {
    turn_.AddPosition(cut.source(), cut.PositionValue(), Position::Kind::kRuns);
  }
  if (cut.claimed() == entries) return;
  taking.repeated = true;
  ledger_.Dropped("repeat", entries - cut.claimed());
}

// Puts what is new of a slice.
void Intake::Cut(const Taking& taking, const Slice& slice) {
  uint64_t left = slice.count;
  Bytes rest = slice.entries;
  while (left > 0) {
    const LaneCut::Stretch stretch = taking.cut->Next(left);
    left -= stretch.count;
    if (stretch.count == slice.count) {
      if (stretch.is_new) Put(taking, slice, taking.cut->origin());
      return;
    }
    Slice part{rest, static_cast<uint32_t>(stretch.count), {}, nullptr, {}, 0, 0};
    size_t bytes = 0;
    EntryIterator it(rest);
    for (uint64_t i = 0; i < stretch.count; ++i, it.Next()) {
      bytes += it->bytes.size();
      part.times.Add(it->time);
    }
    part.entries = rest.first(bytes);
    rest = rest.subspan(bytes);
    if (stretch.is_new) Put(taking, part, taking.cut->origin());
  }
}

Bytes Intake::BytesOf(const Slice& slice) const {
  if (slice.repaired_size == 0) return slice.entries;
  return repaired_.bytes().subspan(slice.repaired_at, slice.repaired_size);
}

void Intake::Put(const Taking& taking, const Slice& slice, std::span<const Run> origin) {
  const Bytes entries = BytesOf(slice);
  if (slice.error != nullptr) {
    bad_events_.Add();
    PutError(taking, slice.error, slice.record, AsText(entries));
  } else if (taking.tag == nullptr) {
    bad_events_.Add(slice.count);
    for (EntryIterator it(entries); !it.done(); it.Next()) {
      PutError(taking, taking.tag_error, it->record.map().bytes(), {});
    }
  } else if (slice.repaired_size > 0) {
    turn_.AddCopy(*taking.tag, slice.times.earliest, entries, origin);
  } else {
    turn_.AddBorrowed(*taking.tag, entries, slice.count, slice.times, origin);
  }
}

void Intake::PutError(const Taking& taking, std::string_view reason, Bytes record,
                      std::string_view text) {
  ErrorEvent error;
  error.time = loop_.WallNow();
  error.reason = reason;
  error.plugin_id = id_;
  error.tag = taking.message.tag;
  error.record = record;
  error.text = text.substr(0, kTextBytes);
  ledger_.Rejected(1);
  if (rejected_++ == 0) rejection_ = reason;
  const std::string_view tag = taking.tag != nullptr ? taking.tag->text() : "invalid";
  turn_.AddError(turn_.InternError(ErrorTag(id_, tag)), error);
}

}  // namespace andon::forward
