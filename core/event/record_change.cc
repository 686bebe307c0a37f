#include "core/event/record_change.h"

#include "core/event/container_head.h"
#include "core/event/msgpack_format.h"
#include "core/event/msgpack_writer.h"

namespace andon {

void RecordChange::Begin(const EntryView& entry) {
  entry_ = entry;
  time_.reset();
  clear_ = false;
  steps_.clear();
  values_.Clear();
  fields_ = 0;
  kept_ = {};
}

RecordChange::Step& RecordChange::Add(Kind kind, std::string_view key) {
  for (Step& step : steps_) {
    const bool both = (step.kind == Kind::kSet && kind == Kind::kRename) ||
                      (step.kind == Kind::kRename && kind == Kind::kSet);
    if (!both && step.key == key) step.holds = false;
  }
  steps_.push_back({kind, true, false, key, {}, values_.size(), 0});
  return steps_.back();
}

void RecordChange::Set(std::string_view key, std::string_view text) {
  Step& step = Add(Kind::kSet, key);
  MsgpackWriter(values_).String(text);
  step.value_end = values_.size();
}

void RecordChange::Set(std::string_view key, int64_t number) {
  Step& step = Add(Kind::kSet, key);
  MsgpackWriter(values_).Int(number);
  step.value_end = values_.size();
}

void RecordChange::Set(std::string_view key, ValueView value) {
  Step& step = Add(Kind::kSet, key);
  values_.Append(value.bytes());
  step.value_end = values_.size();
}

void RecordChange::Rename(std::string_view from, std::string_view to) {
  if (from != to) Add(Kind::kRename, from).to = to;
}

RecordChange::Step* RecordChange::FindSet(std::string_view key) {
  for (Step& step : steps_) {
    if (step.kind == Kind::kSet && step.holds && step.key == key) return &step;
  }
  return nullptr;
}

RecordChange::Fate RecordChange::FateOf(std::string_view key) {
  Fate fate;
  for (Step& step : steps_) {
    if (!step.holds) continue;
    if (step.kind == Kind::kRename && step.to == key) fate.replaced = true;
    if (step.key != key) continue;
    if (step.kind == Kind::kRename) fate.rename = &step;
    if (step.kind == Kind::kSet) fate.set = &step;
    if (step.kind == Kind::kRemove) fate.removed = true;
  }
  return fate;
}

// Takes back the renames of what is not there.
void RecordChange::SettleRenames() {
  for (Step& step : steps_) {
    if (step.kind == Kind::kRename && step.holds) {
      step.holds = !clear_ && entry_.record.Find(step.key).has_value();
    }
  }
}

void RecordChange::WriteTo(ByteBuffer& out) {
  SettleRenames();
  WriteTime(out);
  const size_t head = BeginContainer(out);
  for (MapIterator field = entry_.record.begin(); !field.done(); field.Next()) {
    WriteField(field, out);
  }
  FlushKept(out);
  for (Step& step : steps_) {
    if (step.kind == Kind::kSet && step.holds) WriteSet(step, out);
  }
  EndContainer(out, head, true, fields_);
}

void RecordChange::WriteTime(ByteBuffer& out) const {
  MsgpackWriter writer(out);
  writer.ArrayHeader(2);
  if (!time_) {
    // Time and metadata as they came.
    const std::byte* const begin = msgpack::ElementsAt(entry_.bytes.data());
    writer.Raw(Bytes(begin, entry_.record.map().bytes().data()));
    return;
  }
  const Bytes metadata = entry_.metadata.bytes();
  if (!metadata.empty()) writer.ArrayHeader(2);
  writer.Time(*time_);
  writer.Raw(metadata);
}

void RecordChange::WriteField(const MapIterator& field, ByteBuffer& out) {
  const std::optional<std::string_view> key = field.key().AsText();
  if (!key) {
    if (!clear_) Keep(field, out);
    return;
  }
  const Fate fate = FateOf(*key);
  if (fate.rename != nullptr) {
    WriteMoved(*fate.rename, field, out);
  } else if (fate.set != nullptr) {
    WriteSet(*fate.set, out);
  } else if (!clear_ && !fate.removed && !fate.replaced) {
    Keep(field, out);
  }
}

void RecordChange::WriteMoved(const Step& rename, const MapIterator& field, ByteBuffer& out) {
  // Of two renames to one name the later holds.
  for (const Step* later = &rename + 1; later != steps_.data() + steps_.size(); ++later) {
    if (later->kind == Kind::kRename && later->holds && later->to == rename.to) return;
  }
  if (Step* set = FindSet(rename.to)) {
    WriteSet(*set, out);
    return;
  }
  FlushKept(out);
  MsgpackWriter writer(out);
  writer.String(rename.to);
  writer.Raw(field.value().bytes());
  ++fields_;
}

void RecordChange::WriteSet(Step& step, ByteBuffer& out) {
  if (step.written) return;
  FlushKept(out);
  MsgpackWriter writer(out);
  writer.String(step.key);
  writer.Raw(values_.bytes().subspan(step.value_begin, step.value_end - step.value_begin));
  step.written = true;
  ++fields_;
}

void RecordChange::Keep(const MapIterator& field, ByteBuffer& out) {
  const Bytes key = field.key().bytes();
  const Bytes value = field.value().bytes();
  const std::byte* const end = value.data() + value.size();
  const bool neighbour = !kept_.empty() && kept_.data() + kept_.size() == key.data();
  if (!neighbour) FlushKept(out);
  kept_ = Bytes(neighbour ? kept_.data() : key.data(), end);
  ++fields_;
}

void RecordChange::FlushKept(ByteBuffer& out) {
  out.Append(kept_);
  kept_ = {};
}

}  // namespace andon
