#include "core/journal/state.h"

#include <algorithm>
#include <utility>

namespace andon::journal {

namespace {

constexpr uint64_t kText = 0;
constexpr uint64_t kRuns = 1;

void EncodeLanes(const State& state, Encoder& out) {
  out.Number(state.lanes.size());
  for (const auto& [id, lane] : state.lanes) {
    out.Id(id);
    out.Number(lane.closed ? 1 : 0);
    out.Number(lane.last);
    out.Place(lane.end);
  }
}

void DecodeLanes(Decoder& in, State& state) {
  const uint64_t count = in.Count();
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    const LaneId id = in.Id();
    LaneState lane;
    lane.closed = in.Number() != 0;
    lane.last = in.Number();
    lane.end = in.Place();
    state.lanes.emplace(id, lane);
  }
}

void EncodePositionMap(const PositionMap& positions, Encoder& out) {
  out.Number(positions.size());
  for (const auto& [source, position] : positions) {
    out.Text(source);
    out.Number(position.order);
    if (const auto* text = std::get_if<std::string>(&position.value)) {
      out.Number(kText);
      out.Text(*text);
    } else {
      out.Number(kRuns);
      out.Runs(std::get<RunSet>(position.value));
    }
  }
}

void DecodePositionMap(Decoder& in, PositionMap& positions) {
  const uint64_t count = in.Count();
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    std::string source(in.Text());
    PositionState position;
    position.order = in.Number();
    if (in.Number() == kText) {
      position.value = std::string(in.Text());
    } else {
      position.value = in.Runs();
    }
    positions.emplace(std::move(source), std::move(position));
  }
}

void EncodeCursors(const State& state, Encoder& out) {
  out.Number(state.cursors.size());
  for (const auto& [number, cursor] : state.cursors) {
    EncodeCursor(cursor, out);
    const auto routed = state.routed.find(number);
    out.Number(routed == state.routed.end() ? 0 : routed->second);
  }
}

void DecodeCursors(Decoder& in, State& state) {
  const uint64_t count = in.Count();
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    CursorState cursor;
    if (!DecodeCursor(in, cursor)) return;
    const uint32_t number = cursor.number;
    state.routed[number] = in.Number();
    state.cursors.emplace(number, std::move(cursor));
  }
}

bool ApplyCursor(Bytes body, State& state) {
  Decoder in(body);
  CursorState cursor;
  if (!DecodeCursor(in, cursor)) return false;
  state.next_cursor = std::max(state.next_cursor, cursor.number + 1);
  state.routed.try_emplace(cursor.number, 0);
  state.cursors[cursor.number] = std::move(cursor);
  return true;
}

bool ApplyEvents(const StoredRecord& record, const LaneId& id, const StreamPosition& end,
                 State& state) {
  if (record.count() > 0) {
    LaneState& lane = state.lanes[id];
    lane.last = std::max(lane.last, record.last());
    lane.end = end;
    for (const uint32_t cursor : record.routes()) state.routed[cursor] += record.count();
  }
  if (record.positions().empty()) return true;
  const auto decoded = DecodePositions(record.positions());
  if (!decoded.has_value()) return false;
  state.position_order = std::max(state.position_order, decoded->order);
  for (const Position& position : decoded->positions) {
    ApplyPosition(position, decoded->order, state.positions);
  }
  return true;
}

}  // namespace

void ApplyPosition(const Position& position, uint64_t order, PositionMap& map) {
  const auto found = map.find(position.source);
  if (position.kind == Position::Kind::kRuns) {
    Result<RunSet> runs = RunSet::Decode(position.value);
    if (!runs.ok()) return;
    PositionState& state = found != map.end() ? found->second : map[std::string(position.source)];
    if (!std::holds_alternative<RunSet>(state.value)) state.value = RunSet();
    std::get<RunSet>(state.value).Add(*runs);
    state.order = std::max(state.order, order);
    return;
  }
  if (found != map.end() && found->second.order > order) return;
  if (position.kind == Position::Kind::kErase) {
    if (found != map.end()) map.erase(found);
    return;
  }
  PositionState& state = found != map.end() ? found->second : map[std::string(position.source)];
  state.order = order;
  if (auto* text = std::get_if<std::string>(&state.value)) {
    text->assign(AsText(position.value));
  } else {
    state.value = std::string(AsText(position.value));
  }
}

void EncodeCursor(const CursorState& cursor, Encoder& out) {
  out.Number(cursor.number);
  out.Text(cursor.id);
  out.Place(cursor.created);
  out.Place(cursor.resume);
  out.Number(cursor.ordinal);
  out.Number(cursor.ahead);
  out.Number(cursor.gap);
  out.Number(cursor.damaged);
  out.Number(cursor.absent_ns);
  out.Text(cursor.note);
  out.Number(cursor.lanes.size());
  for (const auto& [id, runs] : cursor.lanes) {
    out.Id(id);
    out.Runs(runs);
  }
}

bool DecodeCursor(Decoder& in, CursorState& cursor) {
  cursor.number = static_cast<uint32_t>(in.Number());
  cursor.id = in.Text();
  cursor.created = in.Place();
  cursor.resume = in.Place();
  cursor.ordinal = in.Number();
  cursor.ahead = in.Number();
  cursor.gap = in.Number();
  cursor.damaged = in.Number();
  cursor.absent_ns = in.Number();
  cursor.note = in.Text();
  const uint64_t lanes = in.Count();
  for (uint64_t i = 0; i < lanes && in.ok(); ++i) {
    const LaneId id = in.Id();
    cursor.lanes.emplace(id, in.Runs());
  }
  return in.ok() && cursor.number != 0;
}

void EncodeState(const State& state, ByteBuffer& out) {
  Encoder encoder(out);
  encoder.Id(state.journal);
  encoder.Number(state.oldest);
  encoder.Number(state.clock_ns);
  encoder.Number(state.position_order);
  encoder.Number(state.next_cursor);
  EncodeLanes(state, encoder);
  EncodeCursors(state, encoder);
  EncodePositionMap(state.positions, encoder);
}

Result<State> DecodeState(Bytes untrusted) {
  Decoder decoder(untrusted);
  State state;
  state.journal = decoder.Id();
  state.oldest = decoder.Number();
  state.clock_ns = decoder.Number();
  state.position_order = decoder.Number();
  state.next_cursor = static_cast<uint32_t>(decoder.Number());
  DecodeLanes(decoder, state);
  DecodeCursors(decoder, state);
  DecodePositionMap(decoder, state.positions);
  if (!decoder.ok() || !decoder.done()) return Corrupt("snapshot does not decode");
  return state;
}

bool ApplyRecord(const StoredRecord& record, const LaneId& lane, const StreamPosition& end,
                 State& state) {
  Decoder body(record.entries());
  switch (record.kind()) {
    case RecordKind::kEvents:
      return ApplyEvents(record, lane, end, state);
    case RecordKind::kCursor:
      return ApplyCursor(record.entries(), state);
    case RecordKind::kCursorGone: {
      const auto number = static_cast<uint32_t>(body.Number());
      state.cursors.erase(number);
      state.routed.erase(number);
      return body.ok();
    }
    case RecordKind::kLaneClosed: {
      const auto found = state.lanes.find(body.Id());
      if (found != state.lanes.end()) found->second.closed = true;
      return body.ok();
    }
    case RecordKind::kOldest:
      state.oldest = std::max(state.oldest, body.Number());
      return body.ok();
    case RecordKind::kDamaged:
      return true;
  }
  return false;
}

}  // namespace andon::journal
