#include "core/forward/decoder.h"

#include <algorithm>
#include <utility>

#include "core/event/common_entry_head.h"
#include "core/event/entry_head.h"
#include "core/event/msgpack_walk.h"
#include "core/forward/compression.h"

namespace andon::forward {
namespace {

using Kind = MsgpackHeader::Kind;

constexpr size_t kMagicBytes = 4;  // Enough to tell what is compressed.
constexpr const char* kNoMsgpack = "a byte 0xc1 stands where a value should begin";
constexpr const char* kTooLarge = "a message exceeds chunk_size_limit";

}  // namespace

Decoder::Outcome Decoder::Next(std::span<std::byte> received) {
  switch (stage_) {
    case Stage::kStart:
      return Start(received);
    case Stage::kScan:
      return Scan(received);
    case Stage::kEntries:
      return Entries(received);
    case Stage::kOption:
      return Option(received);
  }
  return Broken("");
}

Decoder::Outcome Decoder::Done(size_t consumed) {
  consumed_ = consumed;
  missing_ = 0;
  stage_ = Stage::kStart;
  in_parts_ = false;
  return Outcome::kMessage;
}

Decoder::Outcome Decoder::More(size_t have, uint64_t missing) {
  if (missing > limits_.message_bytes || have + missing > limits_.message_bytes) {
    return Broken(kTooLarge);
  }
  missing_ = missing;
  return Outcome::kMore;
}

Decoder::Outcome Decoder::Broken(const char* error) {
  error_ = error;
  return Outcome::kBroken;
}

Decoder::Outcome Decoder::Start(std::span<std::byte> received) {
  if (received.empty()) return More(0, 0);
  const MsgpackHeader array = ReadMsgpackHeader(received);
  if (array.kind == Kind::kMore) return More(received.size(), 1);
  elements_ = array.values;
  if (array.kind != Kind::kArray || elements_ < 2) return StartScan(received);

  const MsgpackHeader tag = ReadMsgpackHeader(Bytes(received).subspan(array.bytes));
  if (tag.kind == Kind::kMore) return More(received.size(), elements_);
  if (tag.kind != Kind::kText) return StartScan(received);
  const uint64_t second_at = array.bytes + tag.bytes + tag.payload;
  if (second_at >= received.size()) return More(received.size(), second_at - received.size() + 1);

  const auto at = static_cast<size_t>(second_at);
  const MsgpackHeader second = ReadMsgpackHeader(Bytes(received).subspan(at));
  if (second.kind == Kind::kMore) return More(received.size(), 1);
  tag_begin_ = size_t{array.bytes} + tag.bytes;
  tag_bytes_ = static_cast<size_t>(tag.payload);
  if (second.kind == Kind::kScalar && TakeMessage(received, at)) {
    message_.tag = AsText(Bytes(received).subspan(tag_begin_, tag_bytes_));
    return Done(message_.raw.size());
  }
  if (second.kind != Kind::kText) return StartScan(received);

  text_begin_ = second_at + second.bytes;
  text_bytes_ = second.payload;
  checked_ = {};
  unchecked_ = compressed_ = inside_entry_ = false;
  stage_ = Stage::kEntries;
  return Entries(received);
}

Decoder::Outcome Decoder::StartScan(std::span<std::byte> received) {
  stage_ = Stage::kScan;
  scanner_.Reset();
  scanned_ = 0;
  return Scan(received);
}

Decoder::Outcome Decoder::Scan(std::span<std::byte> received) {
  const auto progress = scanner_.Feed(Bytes(received).subspan(scanned_));
  if (progress.outcome == ValueScanner::Outcome::kInvalid) return Broken(kNoMsgpack);
  scanned_ += progress.bytes;
  if (progress.outcome == ValueScanner::Outcome::kMore) {
    return More(received.size(), std::max<uint64_t>(1, scanner_.missing()));
  }
  if (ReadMsgpackHeader(received).kind != Kind::kArray) {
    (void)Done(scanned_);
    return Outcome::kStray;
  }
  TakeWhole(received.first(scanned_));
  return Done(scanned_);
}

void Decoder::CheckEntries(Bytes entries, bool whole) {
  if (unchecked_) return;
  if (checked_.bytes == 0 && !in_parts_) {
    if (entries.size() < kMagicBytes && !whole) return;
    compressed_ = GuessCompression(entries) != Compression::kNone;
    unchecked_ = compressed_;
    if (unchecked_) return;
  }
  const Bytes rest = entries.subspan(checked_.bytes);
  const auto progress = inside_entry_ ? validator_.Resume(rest) : validator_.Walk(rest);
  checked_.count += progress.count;
  checked_.bytes += progress.bytes;
  checked_.times.Add(progress.times);
  unchecked_ = progress.outcome == WalkOutcome::kInvalid;
  inside_entry_ = progress.outcome == WalkOutcome::kMore;
}

Decoder::Outcome Decoder::Entries(std::span<std::byte> received) {
  const uint64_t end = text_begin_ + text_bytes_;
  if (received.size() < text_begin_) return More(received.size(), text_begin_ - received.size());
  const bool whole = received.size() >= end;
  const auto begin = static_cast<size_t>(text_begin_);
  const size_t have = (whole ? static_cast<size_t>(end) : received.size()) - begin;
  CheckEntries(Bytes(received).subspan(begin, have), whole);
  if (whole) {
    stage_ = Stage::kOption;
    scanner_.Reset();
    scanned_ = static_cast<size_t>(end);
    options_left_ = elements_ - 2;
    option_end_ = 0;
    return Option(received);
  }
  const uint64_t missing = end - received.size() + (elements_ > 2 ? 1 : 0);
  if (!in_parts_ && end <= limits_.message_bytes) return More(received.size(), missing);
  missing_ = missing;
  if (compressed_ || (parts_refused_ && !in_parts_)) return Broken(kTooLarge);
  return GivePart(received);
}

Decoder::Outcome Decoder::GivePart(std::span<std::byte> received) {
  const auto begin = static_cast<size_t>(text_begin_);
  const Bytes entries = Bytes(received).subspan(begin);
  size_t ready = checked_.bytes;
  if (unchecked_) {
    const auto bad = ValueScanner().Feed(entries.subspan(ready));
    if (bad.outcome == ValueScanner::Outcome::kInvalid) return Broken(kNoMsgpack);
    if (bad.outcome == ValueScanner::Outcome::kDone) ready += bad.bytes;
  }
  const bool stepped_over = ready > checked_.bytes;
  if (ready < limits_.part_bytes && !stepped_over) {
    return received.size() < limits_.message_bytes ? Outcome::kMore
                                                   : Broken("an entry exceeds chunk_size_limit");
  }
  if (!in_parts_) parts_tag_ = AsText(Bytes(received).subspan(tag_begin_, tag_bytes_));
  message_ = {};
  message_.mode = Message::Mode::kEntries;
  message_.tag = parts_tag_;
  message_.entries = entries.first(ready);
  message_.checked = checked_;
  message_.packed = true;
  message_.part = true;
  consumed_ = begin + ready;
  in_parts_ = true;
  text_begin_ = 0;
  text_bytes_ -= ready;
  checked_ = {};
  unchecked_ = false;
  if (stepped_over) inside_entry_ = false;
  return Outcome::kMessage;
}

Decoder::Outcome Decoder::Option(std::span<std::byte> received) {
  while (options_left_ > 0) {
    const auto progress = scanner_.Feed(Bytes(received).subspan(scanned_));
    if (progress.outcome == ValueScanner::Outcome::kInvalid) return Broken(kNoMsgpack);
    scanned_ += progress.bytes;
    if (progress.outcome == ValueScanner::Outcome::kMore) {
      return More(received.size(), std::max<uint64_t>(1, scanner_.missing()));
    }
    if (option_end_ == 0) option_end_ = scanned_;
    scanner_.Reset();
    --options_left_;
  }
  return FinishPacked(received);
}

Decoder::Outcome Decoder::FinishPacked(std::span<std::byte> received) {
  const Bytes bytes(received);
  const auto begin = static_cast<size_t>(text_begin_);
  const auto size = static_cast<size_t>(text_bytes_);
  message_ = {};
  message_.mode = Message::Mode::kEntries;
  message_.packed = true;
  message_.last_part = in_parts_;
  message_.tag =
      in_parts_ ? std::string_view(parts_tag_) : AsText(bytes.subspan(tag_begin_, tag_bytes_));
  message_.entries = bytes.subspan(begin, size);
  message_.checked = checked_;
  if (!in_parts_) message_.raw = bytes.first(scanned_);
  if (option_end_ > 0) TakeOption(bytes.subspan(begin + size, option_end_ - begin - size));
  return Done(scanned_);
}

void Decoder::TakeOption(Bytes option) {
  if (WalkValue(option).outcome == WalkOutcome::kOk) {
    message_.option = option;
  } else {
    message_.mode = Message::Mode::kUnreadable;
    message_.error = "the option is nested too deeply";
  }
}

// `entry`: the header of one, and what follows it.
Decoder::Event Decoder::ReadEvent(Bytes entry) {
  if (predictor_ != nullptr && entry.size() >= CommonEntryHead::kLookAhead) {
    const auto head = CommonEntryHead::Read(entry.data());
    const size_t record = head.bytes > 0 ? predictor_->Match(entry.subspan(head.bytes)) : 0;
    if (record > 0) return {head.bytes + record, head.bytes, head.event_time(), nullptr};
  }
  const WalkResult time = WalkValue(entry.subspan(1));
  if (time.outcome != WalkOutcome::kOk) return {};
  const size_t record_at = 1 + time.bytes;
  const WalkResult record = WalkValue(entry.subspan(record_at));
  if (record.outcome != WalkOutcome::kOk) return {};
  const EntryHead head = ReadEntryHead(entry.data());
  if (head.error == nullptr) {
    if (predictor_ == nullptr) predictor_ = std::make_unique<RecordPredictor>();
    predictor_->Missed(head.record);
  }
  return {record_at + record.bytes, record_at, head.time, head.error};
}

// Time and record at `at`, and what follows them. False when they are not whole, or no values that
// somebody could read.
bool Decoder::TakeMessage(std::span<std::byte> received, size_t at) {
  const Bytes bytes(received);
  if (elements_ < 3) return false;
  // For a moment an entry stands there.
  const std::byte kept = std::exchange(received[at - 1], kEntryHeader);
  const Event event = ReadEvent(bytes.subspan(at - 1));
  received[at - 1] = kept;
  if (event.bytes == 0) return false;
  const size_t record_end = at - 1 + event.bytes;
  size_t end = record_end;
  size_t option_end = end;
  for (uint64_t i = 3; i < elements_; ++i) {
    const WalkResult extra = WalkValue(bytes.subspan(end));
    if (extra.outcome != WalkOutcome::kOk) return false;
    end += extra.bytes;
    if (i == 3) option_end = end;
  }
  message_ = {};
  message_.mode = Message::Mode::kMessage;
  message_.raw = bytes.first(end);
  message_.event = received.subspan(at - 1, event.bytes);
  message_.record = bytes.subspan(at - 1 + event.record_at, event.bytes - event.record_at);
  message_.error = event.error;
  message_.time = event.time;
  message_.option = bytes.subspan(record_end, option_end - record_end);
  return true;
}

}  // namespace andon::forward
