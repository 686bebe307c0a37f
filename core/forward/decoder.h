// A resumable cursor over the bytes of one connection. Entries of a PackedForward are validated as
// they arrive, while they are in the cache; nothing is copied.
//
//   for (size_t at = 0;; at += decoder.consumed()) {
//     switch (decoder.Next(buffer.subspan(at))) {
//       case Decoder::Outcome::kMore: keep buffer.subspan(at), come back with more behind it
//       ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/base/bytes.h"
#include "core/event/entry.h"
#include "core/event/record_predictor.h"
#include "core/forward/message.h"
#include "core/forward/msgpack_header.h"
#include "core/forward/value_scanner.h"

namespace andon::forward {

struct DecoderLimits {
  // The largest message that is held. A larger PackedForward, not compressed, comes in parts of
  // whole entries; every other message that is larger breaks the connection.
  size_t message_bytes = size_t{16} << 20;
  // Parts are at least this large, the last one excepted.
  size_t part_bytes = size_t{4} << 20;
};

class Decoder {
 public:
  enum class Outcome : uint8_t {
    kMore,     // The bytes end inside a message, or there are none.
    kMessage,  // message() is one, or a part of one.
    kStray,    // A value that is no array; consumed() steps over it.
    kBroken,   // Nothing behind this can be understood: error() says why.
  };

  explicit Decoder(const DecoderLimits& limits = {}) : limits_(limits) {}

  // `received` are all bytes from the last consumed() on: after kMore the same with more behind
  // them, wherever they lie now.
  Outcome Next(std::span<std::byte> received);
  // From the next message on: one that is larger than message_bytes breaks the connection.
  void RefuseParts() { parts_refused_ = true; }
  // After kMessage and kStray: how many bytes at the front are done with.
  size_t consumed() const { return consumed_; }
  Message& message() { return message_; }
  const char* error() const { return error_; }
  // After kMore: how many bytes the message at the front lacks at least; 0 at the end of one.
  uint64_t missing() const { return missing_; }
  // True when nothing of a message is there.
  bool between_messages() const { return stage_ == Stage::kStart && missing_ == 0; }

 private:
  enum class Stage : uint8_t {
    kStart,    // At the front of a message.
    kScan,     // Looking for the end of a message that is taken apart when it is whole.
    kEntries,  // Inside the str or bin of a PackedForward.
    kOption,   // Behind it.
  };

  // Time and record of Message mode, as an entry.
  struct Event {
    size_t bytes = 0;  // 0: they are not whole, or no values that somebody could read.
    size_t record_at = 0;
    EventTime time{};
    const char* error = nullptr;
  };

  Outcome Start(std::span<std::byte> received);
  Outcome StartScan(std::span<std::byte> received);
  Outcome Scan(std::span<std::byte> received);
  Outcome Entries(std::span<std::byte> received);
  Outcome GivePart(std::span<std::byte> received);
  Outcome Option(std::span<std::byte> received);
  Outcome FinishPacked(std::span<std::byte> received);
  Outcome Done(size_t consumed);
  Outcome More(size_t have, uint64_t missing);
  Outcome Broken(const char* error);
  void CheckEntries(Bytes entries, bool whole);
  void TakeWhole(std::span<std::byte> whole);
  void TakeForward(Bytes whole, size_t at);
  Event ReadEvent(Bytes entry);
  bool TakeMessage(std::span<std::byte> received, size_t at);
  void TakeOption(Bytes option);

  DecoderLimits limits_;
  Stage stage_ = Stage::kStart;
  size_t consumed_ = 0;
  uint64_t missing_ = 0;
  const char* error_ = "";
  Message message_;

  uint64_t elements_ = 0;                       // Of the message's array.
  std::unique_ptr<RecordPredictor> predictor_;  // Of Message mode; null before the first.

  // kScan, kOption: the value that is looked at, and how far.
  ValueScanner scanner_;
  size_t scanned_ = 0;
  uint64_t options_left_ = 0;
  size_t option_end_ = 0;

  // kEntries, kOption: offsets from the front of the message, or of what is left of it after parts.
  EntryValidator validator_;
  size_t tag_begin_ = 0;
  size_t tag_bytes_ = 0;
  uint64_t text_begin_ = 0;
  uint64_t text_bytes_ = 0;  // What is left of the entries, from text_begin_ on.
  CheckedEntries checked_;
  bool inside_entry_ = false;  // The validator has begun with the entry behind `checked_`.
  bool unchecked_ = false;     // Compressed, or damaged behind `checked_`.
  bool compressed_ = false;
  bool in_parts_ = false;
  bool parts_refused_ = false;
  std::string parts_tag_;
};

}  // namespace andon::forward
