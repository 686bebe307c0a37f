// CompressedPackedForward: unpacked whole, or, when that would be too much at once, checked first
// and then taken in pieces.
#include <utility>

#include "inputs/forward/intake.h"

namespace andon::forward {
namespace {

constexpr size_t kPieceBytes = size_t{4} << 20;  // Unpacked entries that are emitted at once.
constexpr size_t kUnpackStep = size_t{256} << 10;

struct Values {
  size_t bytes = 0;
  uint64_t count = 0;
};
// The whole values at the front, at most so many.
Values WholeValues(Bytes untrusted, uint64_t at_most) {
  Values values;
  while (values.bytes < untrusted.size() && values.count < at_most) {
    const auto value = ValueScanner().Feed(untrusted.subspan(values.bytes));
    if (value.outcome != ValueScanner::Outcome::kDone) break;
    values.bytes += value.bytes;
    ++values.count;
  }
  return values;
}

// Looks at values that come in pieces: none may be longer than what can be held.
class EntryLengths {
 public:
  explicit EntryLengths(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}
  // Null, or a literal that says what is wrong.
  const char* Add(Bytes untrusted) {
    while (!untrusted.empty()) {
      const auto value = scanner_.Feed(untrusted);
      if (value.outcome == ValueScanner::Outcome::kInvalid) return "its entries are no msgpack";
      entry_bytes_ += value.bytes;
      if (entry_bytes_ > limit_bytes_) return "an entry exceeds chunk_size_limit";
      untrusted = untrusted.subspan(value.bytes);
      if (value.outcome == ValueScanner::Outcome::kDone) {
        ++entries_;
        scanner_.Reset();
        entry_bytes_ = 0;
      }
    }
    return nullptr;
  }
  uint64_t entries() const { return entries_; }
  bool whole() const { return entry_bytes_ == 0; }  // The last value has ended.

 private:
  const uint64_t limit_bytes_;
  ValueScanner scanner_;
  uint64_t entries_ = 0;      // That have ended.
  uint64_t entry_bytes_ = 0;  // Of the value that has not ended.
};

}  // namespace

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
    const Bytes entries = unpacked_.bytes();
    return IsRepeat(taking, entries, {}) || TakeEntries(taking, entries, {});
  }
  if (numbered) return Refuse("unpacked, a message with numbers exceeds chunk_size_limit");
  uint64_t events = 0;
  if (const char* error = CheckPacked(taking, &events); error != nullptr) {
    return GiveUp(taking, error);
  }
  if (!WasTaken(taking)) return TakePackedInPieces(taking, replier);
  DropRepeat(taking, events);
  return true;
}

// Null when all of it can be unpacked and taken apart without holding more than is allowed.
const char* Intake::CheckPacked(const Taking& taking, uint64_t* events) {
  unpacker_.Begin(taking.option.compression, taking.message.entries);
  unpacked_.Clear();
  EntryLengths entries(options_.held_limit_bytes);
  uint64_t total = 0;
  for (auto outcome = Unpacker::Outcome::kMore; outcome == Unpacker::Outcome::kMore;) {
    unpacked_.Clear();
    outcome = Unpack(kUnpackStep);
    if (outcome == Unpacker::Outcome::kCorrupt) return unpacker_.error();
    total += unpacked_.size();
    if (total > options_.unpacked_limit_bytes) return "unpacked, it exceeds unpacked_size_limit";
    if (const char* why = entries.Add(unpacked_.bytes()); why != nullptr) return why;
  }
  *events = entries.entries();
  return entries.whole() ? nullptr : "its entries end inside an entry";
}

bool Intake::TakePackedInPieces(Taking& taking, Replier& replier) {
  unpacker_.Begin(taking.option.compression, taking.message.entries);
  unpacked_.Clear();
  size_t wanted = kPieceBytes;
  uint64_t stored = taking.claimed ? repeats_.stored_events() : 0;
  uint64_t taken = 0;
  for (auto outcome = Unpacker::Outcome::kMore; outcome == Unpacker::Outcome::kMore;) {
    outcome = Unpack(wanted);
    const Values whole = WholeValues(unpacked_.bytes(), UINT64_MAX);
    const Values known = WholeValues(unpacked_.bytes().first(whole.bytes), stored);
    if (known.count > 0) DropRepeat(taking, known.count);
    stored -= known.count;
    taken += whole.count;
    (void)TakeEntries(taking, unpacked_.bytes().first(whole.bytes).subspan(known.bytes), {});
    if (outcome != Unpacker::Outcome::kMore) break;
    if (taking.claimed && whole.count > known.count) repeats_.RememberPart(taken, turn_);
    turn_.Finish(replier);
    unpacked_.Consume(whole.bytes);
    wanted = unpacked_.size() + kPieceBytes;
  }
  return true;
}

}  // namespace andon::forward
