#include "core/forward/entry_slicer.h"

#include "core/event/entry_head.h"
#include "core/event/msgpack_walk.h"
#include "core/event/msgpack_writer.h"
#include "core/forward/value_scanner.h"

namespace andon::forward {
namespace {

// The record of an entry whose time is nil; else without bytes.
ValueView RecordOfNilTime(const ValueView& value) {
  if (value.type() != ValueType::kArray || value.size() < 2) return {};
  ArrayIterator at = value.begin_array();
  if (at.value().type() != ValueType::kNil) return {};
  at.Next();
  return at.value().is_map() ? at.value() : ValueView();
}

// The second element where that is a map.
Bytes RecordOf(const ValueView& value) {
  if (value.type() != ValueType::kArray || value.size() < 2) return {};
  ArrayIterator at = value.begin_array();
  at.Next();
  return at.value().is_map() ? at.value().bytes() : Bytes();
}

}  // namespace

void EntrySlicer::Slice(Bytes entries, const CheckedEntries& checked, SliceSink& sink) {
  delimited_ = true;
  Good(entries.first(checked.bytes), checked, sink);
  entries = entries.subspan(checked.bytes);
  while (!entries.empty()) {
    const auto progress = validator_.Walk(entries);
    Good(entries.first(progress.bytes), {progress.count, progress.bytes, progress.times}, sink);
    entries = entries.subspan(progress.bytes);
    if (!entries.empty()) entries = entries.subspan(StepOver(entries, sink));
  }
}

void EntrySlicer::Good(Bytes entries, const CheckedEntries& checked, SliceSink& sink) {
  if (checked.count == 0) return;
  if (!options_.replace_zero || checked.times.earliest.seconds != 0) {
    sink.Good(entries, checked.count, checked.times);
    return;
  }
  const std::byte* begin = entries.data();
  CheckedEntries run;
  for (EntryIterator it(entries); !it.done(); it.Next()) {
    if (it->time.seconds != 0) {
      ++run.count;
      run.bytes += it->bytes.size();
      run.times.Add(it->time);
      continue;
    }
    if (run.count > 0) sink.Good(Bytes(begin, run.bytes), run.count, run.times);
    run = {};
    begin = it->bytes.data() + it->bytes.size();
    GiveNow(it->record.map(), sink);
  }
  if (run.count > 0) sink.Good(Bytes(begin, run.bytes), run.count, run.times);
}

size_t EntrySlicer::StepOver(Bytes entries, SliceSink& sink) {
  const auto scanned = ValueScanner().Feed(entries);
  if (scanned.outcome != ValueScanner::Outcome::kDone) {
    delimited_ = false;
    sink.Bad({scanned.outcome == ValueScanner::Outcome::kMore ? "the entries end inside an entry"
                                                              : "the bytes are no msgpack",
              entries,
              {}});
    return entries.size();
  }
  const Bytes value = entries.first(scanned.bytes);
  if (WalkValue(value).outcome != WalkOutcome::kOk) {
    sink.Bad({"the entry is nested too deeply", value, {}});
    return value.size();
  }
  const ValueView record = RecordOfNilTime(ValueView(value));
  if (options_.nil_time_is_now && !record.bytes().empty()) {
    GiveNow(record, sink);
  } else {
    const EntryHead head = ReadEntryHead(value.data());
    sink.Bad({head.error != nullptr ? head.error : "the entry is not valid", value,
              RecordOf(ValueView(value))});
  }
  return value.size();
}

void EntrySlicer::GiveNow(ValueView record, SliceSink& sink) {
  made_.Clear();
  MsgpackWriter writer(made_);
  writer.ArrayHeader(2);
  writer.Time(options_.now);
  writer.Raw(record.bytes());
  sink.Repaired(made_.bytes(), options_.now);
}

}  // namespace andon::forward
