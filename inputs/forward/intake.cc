#include "inputs/forward/intake.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/event/msgpack_writer.h"
#include "core/forward/ack.h"

namespace andon::forward {
namespace {

constexpr size_t kPieceBytes = size_t{4} << 20;  // Unpacked entries that are emitted at once.
constexpr size_t kKeptBytes = size_t{1} << 20;   // A larger buffer gives its memory back.
constexpr size_t kUnpackStep = size_t{256} << 10;
constexpr size_t kTextBytes = size_t{256} << 10;  // Of what is unreadable, in its error event.

Capability WhatWeGive(const PositionStore& positions) {
  const PositionStore::Survives survives = positions.survives();
  return {survives != PositionStore::Survives::kNothing,
          survives == PositionStore::Survives::kPowerCut};
}

// Where the last whole value ends; 0 when there is none.
size_t WholeValues(Bytes untrusted) {
  size_t end = 0;
  while (end < untrusted.size()) {
    const auto value = ValueScanner().Feed(untrusted.subspan(end));
    if (value.outcome != ValueScanner::Outcome::kDone) break;
    end += value.bytes;
  }
  return end;
}

}  // namespace

Intake::Intake(const IntakeOptions& options, InputContext& context)
    : options_(options),
      id_(context.id),
      loop_(context.loop),
      positions_(context.positions),
      ledger_(context.ledger),
      capability_(WhatWeGive(context.positions)),
      lanes_(context.loop, context.positions, options.lane_expiry),
      repeats_(context.positions, options.repeat_window, context.worker == 0),
      bad_events_(context.metrics.GetCounter("andon_forward_bad_events_total",
                                             "entries that were no events")),
      unreadable_(context.metrics.GetCounter("andon_forward_unreadable_messages_total",
                                             "messages that could not be understood")) {}

void Intake::Start(Emitter& emitter, Replier& nobody) {
  turn_.Start(emitter);
  repeats_.Trim(turn_);
  turn_.Finish(nobody);
}

void Intake::Expire(Replier& nobody) {
  lanes_.Expire(turn_);
  turn_.Finish(nobody);
}

bool Intake::Refuse(const char* reason) {
  refusal_ = reason;
  return false;
}

// Who waits for an answer sends again: then nothing is taken. Else nobody does, and what came is
// kept as an error event.
bool Intake::GiveUp(const Taking& taking, const char* reason) {
  if (taking.option.wants_ack() || taking.message.raw.empty()) return Refuse(reason);
  unreadable_.Add();
  ledger_.Received(1);
  PutError(taking, reason, {}, AsText(taking.message.raw));
  return true;
}

bool Intake::Take(Message& message, const Sender& sender, Replier& replier) {
  if (turn_.full()) turn_.Finish(replier);
  Taking taking{message, sender, ReadMessageOption(ValueView(message.option)),
                nullptr, {},     nullptr};
  if (message.mode == Message::Mode::kUnreadable) return GiveUp(taking, message.error);
  if (taking.option.error != nullptr) return GiveUp(taking, taking.option.error);
  if (message.tag_error != nullptr) {
    taking.tag_error = message.tag_error;
  } else if (taking.tag = turn_.FindLast(message.tag); taking.tag != nullptr) {
    // As most are.
  } else if (const Status tag = CheckTag(message.tag); !tag.ok()) {
    taking.tag_error = tag.message();
  } else {
    taking.tag = &turn_.Intern(message.tag);
  }
  if (!taking.option.hop.has_value()) return TakeWithOption(taking, replier);
  if (message.last_part || message.mode == Message::Mode::kMessage) {
    return Refuse("numbers came with what is no whole list of entries");
  }
  LaneCut cut(*taking.option.hop, sender.principal);
  taking.cut = &cut;
  return TakeWithOption(taking, replier);
}

bool Intake::TakeWithOption(Taking& taking, Replier& replier) {
  const Message& message = taking.message;
  bool taken = true;
  if (message.mode == Message::Mode::kMessage) {
    TakeEvent(taking);
  } else if (message.packed && taking.option.compression != Compression::kNone) {
    taken = TakePacked(taking, replier);
  } else if (!IsRepeat(taking)) {
    taken = TakeEntries(taking, message.entries, message.checked);
  }
  if (!taken) return false;
  if (taking.cut != nullptr) CloseLanes(taking);
  if (taking.option.wants_ack()) Reply(taking);
  if (!unpacked_.empty()) {
    turn_.Finish(replier);
    unpacked_.capacity() > kKeptBytes ? unpacked_.Release() : unpacked_.Clear();
  }
  return true;
}

bool Intake::IsRepeat(Taking& taking) {
  const Message& message = taking.message;
  const bool asked = repeats_.enabled() && taking.option.wants_ack() && taking.cut == nullptr;
  if (!asked || message.last_part) return false;
  const bool single = message.mode == Message::Mode::kMessage;
  const Bytes content = single ? Bytes(message.event).subspan(1) : message.entries;
  if (repeats_.Claim({taking.sender.principal, taking.option.chunk.bytes(), message.tag, content},
                     turn_)) {
    return false;
  }
  taking.repeated = true;
  const uint64_t events = single ? 1 : message.checked.count;
  ledger_.Received(events);
  ledger_.Dropped("repeat", events);
  return true;
}

void Intake::TakeEvent(Taking& taking) {
  const Message& message = taking.message;
  if (IsRepeat(taking)) return;
  ledger_.Received(1);
  if (message.error != nullptr || taking.tag == nullptr) {
    bad_events_.Add();
    const bool map = ValueView(message.record).is_map();
    PutError(taking, message.error != nullptr ? message.error : taking.tag_error,
             map ? message.record : Bytes(), AsText(message.record));
    return;
  }
  if (message.time.seconds == 0) {
    repaired_.Clear();
    MsgpackWriter writer(repaired_);
    writer.ArrayHeader(2);
    writer.Time(loop_.WallNow());
    writer.Raw(message.record);
    turn_.AddCopy(*taking.tag, loop_.WallNow(), repaired_.bytes(), {});
    return;
  }
  // The byte in front of the time is the tag's last, or its header.
  const std::byte kept = std::exchange(message.event.front(), kEntryHeader);
  turn_.AddCopy(*taking.tag, message.time, message.event, {});
  message.event.front() = kept;
}

Unpacker::Outcome Intake::Unpack(size_t up_to) {
  auto outcome = Unpacker::Outcome::kMore;
  while (outcome == Unpacker::Outcome::kMore && unpacked_.size() < up_to) {
    size_t written = 0;
    std::byte* to = unpacked_.Tail(kUnpackStep);
    outcome = unpacker_.Next({to, kUnpackStep}, &written);
    unpacked_.Advance(written);
  }
  return outcome;
}

bool Intake::TakePacked(Taking& taking, Replier& replier) {
  if (!unpacked_.empty()) turn_.Finish(replier);
  unpacked_.Clear();
  unpacker_.Begin(taking.option.compression, taking.message.entries);
  const bool numbered = taking.cut != nullptr;
  const auto outcome = Unpack(numbered ? options_.held_limit_bytes : kPieceBytes);
  if (outcome == Unpacker::Outcome::kCorrupt) return GiveUp(taking, unpacker_.error());
  if (outcome == Unpacker::Outcome::kEnd) {
    return IsRepeat(taking) || TakeEntries(taking, unpacked_.bytes(), {});
  }
  if (numbered) return Refuse("unpacked, a message with numbers exceeds chunk_size_limit");
  if (const char* error = CheckPacked(taking); error != nullptr) return GiveUp(taking, error);
  return IsRepeat(taking) || TakePackedInPieces(taking, replier);
}

// Null when all of it can be unpacked and taken apart without holding more than is allowed.
const char* Intake::CheckPacked(const Taking& taking) {
  unpacker_.Begin(taking.option.compression, taking.message.entries);
  unpacked_.Clear();
  ValueScanner scanner;
  uint64_t total = 0;
  uint64_t entry = 0;
  for (auto outcome = Unpacker::Outcome::kMore; outcome == Unpacker::Outcome::kMore;) {
    unpacked_.Clear();
    outcome = Unpack(kUnpackStep);
    if (outcome == Unpacker::Outcome::kCorrupt) return unpacker_.error();
    total += unpacked_.size();
    if (total > options_.unpacked_limit_bytes) return "unpacked, it exceeds unpacked_size_limit";
    for (Bytes rest = unpacked_.bytes(); !rest.empty();) {
      const auto value = scanner.Feed(rest);
      if (value.outcome == ValueScanner::Outcome::kInvalid) return "its entries are no msgpack";
      entry += value.bytes;
      if (entry > options_.held_limit_bytes) return "an entry exceeds chunk_size_limit";
      rest = rest.subspan(value.bytes);
      if (value.outcome == ValueScanner::Outcome::kDone) {
        scanner.Reset();
        entry = 0;
      }
    }
  }
  return entry == 0 ? nullptr : "its entries end inside an entry";
}

bool Intake::TakePackedInPieces(Taking& taking, Replier& replier) {
  unpacker_.Begin(taking.option.compression, taking.message.entries);
  unpacked_.Clear();
  size_t wanted = kPieceBytes;
  for (auto outcome = Unpacker::Outcome::kMore; outcome == Unpacker::Outcome::kMore;) {
    outcome = Unpack(wanted);
    const size_t whole = WholeValues(unpacked_.bytes());
    (void)TakeEntries(taking, unpacked_.bytes().first(whole), {});
    if (outcome != Unpacker::Outcome::kMore) break;
    turn_.Finish(replier);
    unpacked_.Consume(whole);
    wanted = unpacked_.size() + kPieceBytes;
  }
  return true;
}

bool Intake::TakeEntries(Taking& taking, Bytes entries, const CheckedEntries& checked) {
  slices_.clear();
  repaired_.Clear();
  delimited_ = true;
  const bool whole = checked.bytes == entries.size();
  const bool dated = taking.cut != nullptr || checked.times.earliest.seconds != 0;
  if (whole && dated) {
    if (checked.count > 0)
      slices_.push_back({entries, checked.count, checked.times, nullptr, {}, 0, 0});
  } else {
    SliceAll(taking, entries, checked);
  }
  uint64_t total = 0;
  for (const Slice& slice : slices_) total += slice.count;
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

void Intake::SliceAll(const Taking& taking, Bytes entries, const CheckedEntries& checked) {
  SliceOptions options;
  options.now = loop_.WallNow();
  options.replace_zero = taking.cut == nullptr;
  options.nil_time_is_now = !taking.message.packed;
  EntrySlicer slicer(options);
  slicer.Slice(entries, checked, *this);
  delimited_ = slicer.delimited();
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
  const std::string_view tag = taking.tag != nullptr ? taking.tag->text() : "invalid";
  turn_.AddError(turn_.InternError(ErrorTag(id_, tag)), error);
}

void Intake::CloseLanes(const Taking& taking) {
  const Hop& hop = *taking.option.hop;
  for (const LaneId& lane : hop.closed) {
    lanes_.Closed(LaneCut::Source(taking.sender.principal, lane, hop.output));
  }
}

void Intake::Reply(const Taking& taking) {
  ByteBuffer& to = taking.repeated ? turn_.late_replies() : turn_.replies();
  if (taking.sender.json) {
    AppendJsonAck(taking.option.chunk, to);
  } else {
    AppendAck(taking.option.chunk,
              taking.cut != nullptr ? std::optional<Capability>(capability_) : std::nullopt, to);
  }
}

}  // namespace andon::forward
