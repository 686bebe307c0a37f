// What a RecordPatch (batch_rewriter.h) does to one record.
//
// For each key the last call wins, except that Rename and Set of one key both hold: the field moves
// and a new one comes to the end. A name that several fields want goes to the one set, else to the
// one renamed last, else to the one that had it; the others are dropped. A Rename of what is not
// there does nothing.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/event/entry.h"

namespace andon {

// Reused from entry to entry so that its memory is too.
class RecordChange {
 public:
  void Begin(const EntryView& entry);

  void Time(EventTime time) { time_ = time; }
  void Set(std::string_view key, std::string_view text);
  void Set(std::string_view key, int64_t number);
  void Set(std::string_view key, ValueView value);
  void Remove(std::string_view key) { Add(Kind::kRemove, key); }
  void Rename(std::string_view from, std::string_view to);
  // Whatever is not set is dropped, what was renamed too.
  void Clear() { clear_ = true; }

  // Appends the changed entry.
  void WriteTo(ByteBuffer& out);
  EventTime time() const { return time_.value_or(entry_.time); }

 private:
  enum class Kind : uint8_t { kSet, kRemove, kRename };
  struct Step {
    Kind kind;
    bool holds;    // No later call for the same key has taken it back.
    bool written;  // kSet: the value is in the record.
    std::string_view key;
    std::string_view to;  // kRename
    size_t value_begin;   // kSet: where in values_.
    size_t value_end;
  };
  Step& Add(Kind kind, std::string_view key);
  Step* FindSet(std::string_view key);
  // What the steps say of a field of that name.
  struct Fate {
    const Step* rename = nullptr;
    Step* set = nullptr;
    bool removed = false;
    bool replaced = false;  // Another field takes the name.
  };
  Fate FateOf(std::string_view key);
  void SettleRenames();
  void WriteTime(ByteBuffer& out) const;
  void WriteField(const MapIterator& field, ByteBuffer& out);
  void WriteMoved(const Step& rename, const MapIterator& field, ByteBuffer& out);
  void WriteSet(Step& step, ByteBuffer& out);
  void Keep(const MapIterator& field, ByteBuffer& out);
  void FlushKept(ByteBuffer& out);

  EntryView entry_;
  std::optional<EventTime> time_;
  bool clear_ = false;
  std::vector<Step> steps_;
  ByteBuffer values_;
  uint32_t fields_ = 0;  // Of the new record.
  Bytes kept_;           // Neighbouring fields that are copied together.
};

}  // namespace andon
