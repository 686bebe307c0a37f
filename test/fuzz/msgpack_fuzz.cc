// msgpack from anybody: our walk, views and writer against msgpack-c's; and our parts against each
// other, whole and in pieces, predicted and not.
//
// What may differ: values that nest deeper than msgpack-c's stack of 32, which it refuses;
// containers said to be larger than the input, for which it would ask for all that memory; and
// signalling NaNs of 32 bits, which it makes quiet.
#include <msgpack.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "core/base/check.h"
#include "core/event/entry.h"
#include "core/event/msgpack_walk.h"
#include "core/event/msgpack_writer.h"
#include "core/event/value_view.h"
#include "core/event/value_walk.h"

namespace andon {
namespace {

constexpr int kTheirDepth = 31;

// Whether a container's head could stand anywhere that says more elements than there are bytes.
bool MayAskForMuch(Bytes bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto first = static_cast<uint8_t>(bytes[i]);
    const Bytes behind = bytes.subspan(i + 1);
    const bool wide = (first == 0xdd || first == 0xdf) && behind.size() >= 4;
    if (wide && LoadBigEndian<uint32_t>(behind.data()) > bytes.size()) return true;
  }
  return false;
}

int DepthOf(ValueView value) {
  int deepest = 0;
  for (ArrayIterator it = value.begin_array(); !it.done(); it.Next()) {
    deepest = std::max(deepest, 1 + DepthOf(it.value()));
  }
  for (MapIterator it = value.begin_map(); !it.done(); it.Next()) {
    deepest = std::max({deepest, 1 + DepthOf(it.key()), 1 + DepthOf(it.value())});
  }
  return deepest;
}

// A float of 32 bits as it is, since our writer has none; but a NaN quiet.
void RewriteShortFloat(ValueView value, MsgpackWriter& out) {
  auto bits = LoadBigEndian<uint32_t>(value.bytes().data() + 1);
  if (std::isnan(*value.AsFloat())) bits |= uint32_t{1} << 22;
  std::byte bytes[5] = {value.bytes()[0]};
  StoreBigEndian(bytes + 1, bits);
  out.Raw(bytes);
}

// Writes what the views show.
void Rewrite(ValueView value, MsgpackWriter& out) {
  switch (value.type()) {
    case ValueType::kNil:
      return out.Nil();
    case ValueType::kBool:
      return out.Bool(*value.AsBool());
    case ValueType::kInt:
      CHECK(*value.AsInt() < 0 && !value.AsUint());
      return out.Int(*value.AsInt());
    case ValueType::kUint:
      CHECK(!value.AsInt() || *value.AsInt() >= 0);
      return out.Uint(*value.AsUint());
    case ValueType::kFloat:
      return value.bytes().size() == 5 ? RewriteShortFloat(value, out)
                                       : out.Float(*value.AsFloat());
    case ValueType::kString:
      return out.String(*value.AsString());
    case ValueType::kBinary:
      return out.Binary(AsBytes(*value.AsBinary()));
    case ValueType::kExt:
      return out.Ext(value.AsExt()->type, value.AsExt()->data);
    case ValueType::kArray:
      out.ArrayHeader(static_cast<uint32_t>(value.size()));
      for (ArrayIterator it = value.begin_array(); !it.done(); it.Next()) Rewrite(it.value(), out);
      return;
    case ValueType::kMap:
      out.MapHeader(static_cast<uint32_t>(value.size()));
      for (MapIterator it = value.begin_map(); !it.done(); it.Next()) {
        Rewrite(it.key(), out);
        Rewrite(it.value(), out);
      }
      return;
  }
}

void CompareWritten(ValueView value, const msgpack_object& theirs) {
  ByteBuffer ours;
  MsgpackWriter writer(ours);
  Rewrite(value, writer);
  msgpack_sbuffer buffer;
  msgpack_sbuffer_init(&buffer);
  msgpack_packer packer;
  msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
  CHECK(msgpack_pack_object(&packer, theirs) == 0);
  CHECK(ours.text() == std::string_view(buffer.data, buffer.size));
  msgpack_sbuffer_destroy(&buffer);
}

// Reads one value with both and compares. Returns its length, 0 when there is none.
size_t Compare(Bytes bytes) {
  const WalkResult ours = WalkValue(bytes);
  const bool whole = ours.outcome == WalkOutcome::kOk;
  int depth = 0;
  if (whole) {
    CHECK(ours.bytes > 0 && ours.bytes <= bytes.size());
    CHECK(ValueSize(bytes.data()) == ours.bytes);
    depth = DepthOf(ValueView(bytes.first(ours.bytes)));
    CHECK(depth <= kMaxMsgpackDepth);
  } else if (MayAskForMuch(bytes)) {
    return 0;
  }
  msgpack_unpacked theirs;
  msgpack_unpacked_init(&theirs);
  size_t end = 0;
  const msgpack_unpack_return result =
      msgpack_unpack_next(&theirs, reinterpret_cast<const char*>(bytes.data()), bytes.size(), &end);
  if (whole && depth <= kTheirDepth) {
    CHECK(result == MSGPACK_UNPACK_SUCCESS || result == MSGPACK_UNPACK_EXTRA_BYTES);
    CHECK(end == ours.bytes);
    CompareWritten(ValueView(bytes.first(ours.bytes)), theirs.data);
  } else if (!whole) {
    CHECK(result != MSGPACK_UNPACK_SUCCESS && result != MSGPACK_UNPACK_EXTRA_BYTES);
  }
  msgpack_unpacked_destroy(&theirs);
  return whole ? ours.bytes : 0;
}

// A walk that is given the bytes piece by piece comes to the same end.
void WalkInPieces(Bytes bytes) {
  const WalkResult whole = WalkValue(bytes);
  ValueWalk walk;
  WalkOutcome outcome = WalkOutcome::kMore;
  for (size_t given = 0; outcome == WalkOutcome::kMore && given <= bytes.size(); ++given) {
    outcome = walk.Continue(bytes.first(given));
  }
  CHECK(outcome == whole.outcome);
  if (outcome == WalkOutcome::kOk) CHECK(walk.offset() == whole.bytes);
}

struct Walked {
  uint32_t count = 0;
  size_t bytes = 0;
  TimeRange times;
  WalkOutcome outcome = WalkOutcome::kOk;

  void Add(const EntryValidator::Progress& progress) {
    count += progress.count;
    bytes += progress.bytes;
    times.Add(progress.times);
    outcome = progress.outcome;
  }
};

// A validator for each entry: none has anything to predict from.
Walked WalkUnpredicted(Bytes bytes) {
  Walked walked;
  while (walked.bytes < bytes.size() && walked.outcome != WalkOutcome::kInvalid) {
    const Bytes rest = bytes.subspan(walked.bytes);
    const WalkResult value = WalkValue(rest);
    if (value.outcome != WalkOutcome::kOk) {
      walked.outcome = value.outcome;
      break;
    }
    EntryValidator validator;
    walked.Add(validator.Walk(rest.first(value.bytes)));
    if (walked.outcome == WalkOutcome::kInvalid) CHECK(validator.bad_value_bytes() == value.bytes);
  }
  return walked;
}

Walked WalkResumed(Bytes bytes, size_t step) {
  EntryValidator validator;
  Walked walked;
  for (size_t given = 0; given < bytes.size() && walked.outcome != WalkOutcome::kInvalid;) {
    given = std::min(bytes.size(), given + step);
    const Bytes there = bytes.subspan(walked.bytes, given - walked.bytes);
    walked.Add(walked.outcome == WalkOutcome::kMore ? validator.Resume(there)
                                                    : validator.Walk(there));
  }
  return walked;
}

void CheckSame(const Walked& a, const Walked& b) {
  CHECK(a.count == b.count);
  CHECK(a.bytes == b.bytes);
  CHECK(a.outcome == b.outcome);
  CHECK(a.times.earliest == b.times.earliest && a.times.latest == b.times.latest);
}

void WalkEntries(Bytes bytes, size_t step) {
  EntryValidator validator;
  Walked predicted;
  predicted.Add(validator.Walk(bytes));
  CheckSame(predicted, WalkUnpredicted(bytes));
  CheckSame(predicted, WalkResumed(bytes, step));
  Walked again;  // Now it knows all the shapes.
  again.Add(validator.Walk(bytes));
  CheckSame(predicted, again);
  uint32_t count = 0;
  TimeRange times;
  for (EntryIterator it(bytes.first(predicted.bytes)); !it.done(); it.Next()) {
    ++count;
    times.Add(it->time);
    CHECK(it->record.map().is_map());
    CHECK(it->time.nanoseconds < 1'000'000'000);
    CHECK(WalkValue(it->bytes).bytes == it->bytes.size());
    CHECK(WalkValue(it->record.map().bytes()).bytes == it->record.map().bytes().size());
  }
  CHECK(count == predicted.count);
  CHECK(times.earliest == predicted.times.earliest && times.latest == predicted.times.latest);
}

}  // namespace
}  // namespace andon

// The first byte says in which steps the rest comes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t step = data[0] + size_t{1};
  const andon::Bytes bytes(reinterpret_cast<const std::byte*>(data + 1), size - 1);
  andon::WalkInPieces(bytes.first(std::min<size_t>(bytes.size(), 512)));
  andon::WalkEntries(bytes, step);
  for (andon::Bytes rest = bytes; !rest.empty();) {
    const size_t value = andon::Compare(rest);
    if (value == 0) break;
    rest = rest.subspan(value);
  }
  return 0;
}
