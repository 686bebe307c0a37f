// What one output has finished: numbers by lane, and how far the stream behind that is done.
// No locks, no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/journal/state.h"

namespace andon::journal {

class CursorProgress {
 public:
  explicit CursorProgress(CursorState state);

  // Reading begins again at resume(): what is not finished comes again.
  void Restart();

  // What is read, in stream order. A segment begins, and so many events were routed before: what
  // of them was not met is lost, to overflow or (not `dropped`) to damage.
  void EnterSegment(uint64_t ordinal, bool dropped);
  // The same, before it is met: what was routed before `ordinal` comes no more, but for `coming`
  // events that are being read. False: nothing of it is new.
  bool LetGo(uint64_t ordinal, uint64_t coming);
  void BeginPart(const LaneId& lane);
  enum class Use : uint8_t {
    kSkip,     // For others.
    kDeliver,  // Routed here.
    kPast,     // From before the cursor's time, wanted.
  };
  // Appends what of the record is still to be delivered.
  void Record(Range record, Use use, std::vector<Range>& missing);
  void EndPart(const StreamPosition& end);
  // There is nothing for outputs up to here.
  void Reached(const StreamPosition& end);

  void Finish(const LaneId& lane, std::span<const Range> ranges);
  // Finished, but not by an output: what was damaged.
  void Lose(const LaneId& lane, std::span<const Range> ranges);
  void SetNote(std::string note);
  // Nothing is held, and nothing in front of `end`, where `state` is, will ever be wanted.
  void SkipTo(const StreamPosition& end, const State& state);

  const StreamPosition& resume() const { return state_.resume; }
  const StreamPosition& created() const { return state_.created; }
  // Of a cursor that was stored for the first time.
  void SetCreated(const StreamPosition& created) { state_.created = created; }
  bool pending() const { return state_.pending; }
  void RoutingBegan() { state_.pending = false; }
  const std::string& note() const { return state_.note; }
  const std::string& id() const { return state_.id; }
  uint32_t number() const { return state_.number; }
  uint64_t gap() const { return state_.gap; }
  uint64_t damaged() const { return state_.damaged; }
  // Of `routed` events in all, those that are not finished.
  uint64_t Held(uint64_t routed) const;
  Sequence Watermark(const LaneId& lane) const;
  Sequence DurableWatermark(const LaneId& lane) const;

  CursorState Snapshot() const;
  // `stored`, a snapshot from before, is durable.
  void Stored(const CursorState& stored);
  // Lanes that this cursor has met.
  std::vector<LaneId> Lanes() const;
  void ForgetLane(const LaneId& lane) { lanes_.erase(lane); }

 private:
  // A stretch of the stream. Neighbours that are finished are joined.
  struct Track {
    StreamPosition end;
    uint64_t routed = 0;    // Events that have ordinals.
    uint64_t finished = 0;  // Of these.
    uint64_t open = 0;      // Handed out or waiting for it, past ones too.
  };
  using Tracks = std::map<uint64_t, Track>;
  struct Extent {
    Sequence last = 0;
    uint64_t track = 0;
    bool past = false;
  };
  struct LaneProgress {
    RunSet done;
    Sequence scanned = 0;
    Sequence durable = 0;
    bool met = false;  // Since reading began.
    std::map<Sequence, Extent> open;
  };
  void Skip(Range range);
  uint64_t Open(Range range, bool past);
  void Follow(Range record, bool past, std::vector<Range>& missing);
  std::vector<Range> Missing(const LaneProgress& lane, Range range) const;
  void FlushSkipped();
  void FinishRange(LaneProgress& lane, Range range);
  void FinishExtent(const Extent& extent, uint64_t events);
  void AddTrack(const Track& track);
  void Settle(Tracks::iterator track);

  CursorState state_;  // Its lanes are in lanes_.
  std::map<LaneId, LaneProgress> lanes_;
  Tracks tracks_;
  uint64_t next_track_ = 0;
  uint64_t scanned_ordinal_ = 0;
  // Finished behind resume() before reading began again, or lost before it came so far.
  uint64_t ahead_unmet_ = 0;
  uint64_t finished_in_tracks_ = 0;
  uint64_t past_open_ = 0;

  LaneProgress* lane_ = nullptr;  // The part that is being read.
  Track track_;
  Range skipped_;
};

}  // namespace andon::journal
