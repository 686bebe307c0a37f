#include "core/event/entry.h"

#include "core/event/common_entry_head.h"
#include "core/event/entry_head.h"

namespace andon {

EntryIterator::EntryIterator(Bytes validated_entries) : rest_(validated_entries) {
  if (!rest_.empty()) Load();
}

void EntryIterator::Next() {
  rest_ = rest_.subspan(current_.bytes.size());
  current_ = {};
  if (!rest_.empty()) Load();
}

void EntryIterator::Load() {
  const std::byte* const at = rest_.data();
  if (rest_.size() >= CommonEntryHead::kLookAhead) {
    const auto head = CommonEntryHead::Read(at);
    if (head.bytes > 0) {
      const size_t record = ValueSize(at + head.bytes);
      current_.time = head.event_time();
      current_.record = RecordView(ValueView(Bytes(at + head.bytes, record)));
      if (head.metadata) current_.metadata = ValueView(Bytes(at + head.bytes - 1, 1));
      current_.bytes = rest_.first(head.bytes + record);
      return;
    }
  }
  const EntryHead head = ReadEntryHead(at);
  current_.time = head.time;
  current_.bytes = rest_.first(ValueSize(at));
  current_.record = RecordView(ValueView(Bytes(head.record, ValueSize(head.record))));
  if (head.metadata != nullptr) {
    current_.metadata = ValueView(Bytes(head.metadata, ValueSize(head.metadata)));
  }
}

}  // namespace andon
