#include "core/journal/commit.h"

#include <algorithm>

namespace andon::journal {

namespace {

void AddRecord(RecordKind kind, Bytes body, uint32_t mask, ByteBuffer& records) {
  RecordFields fields;
  fields.kind = kind;
  fields.entries = body;
  WriteRecord(fields, mask, true, records.Extend(RecordBytes(fields)));
}

ByteBuffer ControlRecords(const Commit& commit, uint32_t mask) {
  ByteBuffer records;
  ByteBuffer body;
  Encoder encoder(body);
  for (const CursorState& cursor : commit.cursors) {
    body.Clear();
    EncodeCursor(cursor, encoder);
    AddRecord(RecordKind::kCursor, body.bytes(), mask, records);
  }
  for (const uint32_t number : commit.forgotten) {
    body.Clear();
    encoder.Number(number);
    AddRecord(RecordKind::kCursorGone, body.bytes(), mask, records);
  }
  for (const LaneId& lane : commit.closed_lanes) {
    body.Clear();
    encoder.Id(lane);
    AddRecord(RecordKind::kLaneClosed, body.bytes(), mask, records);
  }
  if (commit.oldest != 0) {
    body.Clear();
    encoder.Number(commit.oldest);
    AddRecord(RecordKind::kOldest, body.bytes(), mask, records);
  }
  return records;
}

void ApplyPart(const CommitPart& part, State& state) {
  if (part.data.last >= part.data.first) {
    LaneState& lane = state.lanes[part.lane];
    lane.last = part.data.last;
    lane.end = part.end;
  }
  for (const auto& [route, events] : part.data.routed) {
    for (const uint32_t cursor : route->cursors) state.routed[cursor] += events;
  }
  for (const size_t offset : part.data.with_positions) {
    const auto record =
        StoredRecord::Parse({part.data.block->data() + offset, part.data.end - offset});
    const auto decoded = DecodePositions(record->positions());
    state.position_order = std::max(state.position_order, decoded->order);
    for (const Position& position : decoded->positions) {
      ApplyPosition(position, decoded->order, state.positions);
    }
  }
}

}  // namespace

uint64_t Commit::BytesOnDisk() const {
  uint64_t bytes = 0;
  for (const CommitPart& part : parts) bytes += PageUp(part.data.end - part.data.begin);
  if (!has_control()) return bytes;
  // Masks and the places of new cursors change no record by more than the slack.
  constexpr uint64_t kSlackPerCursor = 16;
  return bytes + PageUp(sizeof(PartHeader) + ControlRecords(*this, 1).size() +
                        kSlackPerCursor * cursors.size());
}

CommitPart ControlPart(Commit& commit, const StreamPosition& at, uint32_t mask, BlockPool& pool) {
  for (CursorState& cursor : commit.cursors) {
    if (cursor.created == StreamPosition{} && !cursor.pending) cursor.created = at;
  }
  const ByteBuffer records = ControlRecords(commit, mask);
  CommitPart part;
  part.data.block = pool.Get(sizeof(PartHeader) + records.size());
  part.data.end = sizeof(PartHeader) + records.size();
  part.data.mask = mask;
  std::memcpy(part.data.block->data() + sizeof(PartHeader), records.data(), records.size());
  return part;
}

void ApplyCommit(const Commit& commit, State& state) {
  for (const CommitPart& part : commit.parts) ApplyPart(part, state);
  for (const CursorState& cursor : commit.cursors) {
    state.cursors[cursor.number] = cursor;
    state.routed.try_emplace(cursor.number, 0);
    state.next_cursor = std::max(state.next_cursor, cursor.number + 1);
  }
  for (const uint32_t number : commit.forgotten) {
    state.cursors.erase(number);
    state.routed.erase(number);
  }
  for (const LaneId& lane : commit.closed_lanes) {
    const auto found = state.lanes.find(lane);
    if (found != state.lanes.end()) found->second.closed = true;
  }
  state.oldest = std::max(state.oldest, commit.oldest);
}

}  // namespace andon::journal
