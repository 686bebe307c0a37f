#include "core/event/entry.h"

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
  const EntryHead head = ReadEntryHead(rest_.data());
  current_.time = head.time;
  current_.bytes = rest_.first(ValueSize(rest_.data()));
  const size_t record_size = ValueSize(head.record);
  current_.record = RecordView(ValueView(Bytes(head.record, record_size)));
  if (head.metadata != nullptr) {
    current_.metadata = ValueView(Bytes(head.metadata, ValueSize(head.metadata)));
  }
}

}  // namespace andon
