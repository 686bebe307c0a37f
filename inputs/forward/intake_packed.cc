// CompressedPackedForward: unpacked whole, or, when that would be too much at once, checked first
// and then taken in pieces.
#include <utility>

#include "inputs/forward/intake.h"

namespace andon::forward {
namespace {

constexpr size_t kPieceBytes = size_t{4} << 20;  // Unpacked entries that are emitted at once.
constexpr size_t kUnpackStep = size_t{256} << 10;

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

}  // namespace andon::forward
