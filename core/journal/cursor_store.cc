// How a cursor gets into the journal, and what its output is told then.
#include <algorithm>
#include <utility>

#include "core/journal/cursor.h"
#include "core/journal/intake.h"

namespace andon::journal {

namespace {

constexpr Duration kStoreAfter = std::chrono::milliseconds(50);
constexpr Duration kStoreAtMost = std::chrono::milliseconds(10);

}  // namespace

void Cursor::Save(std::string note, UniqueFunction<void(Status)> done) {
  {
    MutexLock lock(mutex_);
    if (!note.empty()) progress_.SetNote(std::move(note));
    saves_.push_back(std::move(done));
    dirty_ = urgent_ = true;
  }
  host_.intake->request_commit();
}

void Cursor::Changed() {
  // Only the output's own thread, which this is, attaches and detaches.
  const std::shared_ptr<Attachment> attached = AttachmentHere();
  if (attached == nullptr || attached->store_armed) return;
  {
    MutexLock lock(mutex_);
    if (!dirty_ && progress_.resume().segment == stored_segment_) return;
  }
  attached->store_armed = true;
  attached->store_timer =
      attached->loop->After(kStoreAfter, [this, weak = std::weak_ptr(attached)] {
        const auto still = weak.lock();
        if (still == nullptr) return;
        still->store_armed = false;
        {
          MutexLock lock(mutex_);
          if (!dirty_ && progress_.resume().segment == stored_segment_) return;
          dirty_ = true;
        }
        host_.intake->request_commit();
      });
}

std::optional<CursorState> Cursor::ToStore(const StoreWish& wish) {
  MutexLock lock(mutex_);
  const bool moved = wish.anyway && progress_.resume().segment != stored_segment_;
  if (!wish.force && !dirty_ && !moved) return std::nullopt;
  const bool recent = wish.now - last_store_ < kStoreAtMost && stored_;
  if (!wish.force && !urgent_ && recent) return std::nullopt;
  dirty_ = urgent_ = false;
  last_store_ = wish.now;
  stored_segment_ = progress_.resume().segment;
  std::ranges::move(saves_, std::back_inserter(saving_));
  saves_.clear();
  return progress_.Snapshot();
}

void Cursor::Stored(const CursorState& stored, const State& state) {
  std::vector<UniqueFunction<void(Status)>> saved;
  {
    MutexLock lock(mutex_);
    progress_.Stored(stored);
    progress_.SetCreated(stored.created);
    stored_ = true;
    saved.swap(saving_);
  }
  for (auto& done : saved) {
    PostToOutput([done = std::move(done)](Attachment&) mutable { done(OkStatus()); });
  }
  LookForClosedLanes(state);
}

void Cursor::MoveAlong(const StreamPosition& end, const State& state) {
  MutexLock lock(mutex_);
  const bool away = backlog_ == nullptr;
  if (!away || progress_.resume() >= end || progress_.Held(routed_->events) > 0) return;
  const StreamPosition& created = progress_.created();
  if (wants_past_ && (created == StreamPosition{} || progress_.resume() < created)) return;
  progress_.SkipTo(end, state);
  dirty_ = dirty_ || end.segment != stored_segment_;
}

void Cursor::RoutingBegan() {
  MutexLock lock(mutex_);
  if (!progress_.pending()) return;
  progress_.RoutingBegan();
  dirty_ = urgent_ = true;
}

void Cursor::LookForClosedLanes(const State& state) {
  if (!attached()) return;
  std::vector<LaneId> closed;
  {
    MutexLock lock(mutex_);
    for (const LaneId& id : progress_.Lanes()) {
      const auto lane = state.lanes.find(id);
      if (lane == state.lanes.end()) {
        progress_.ForgetLane(id);
        announced_.erase(id);
      } else if (lane->second.closed && progress_.DurableWatermark(id) >= lane->second.last &&
                 announced_.insert(id).second) {
        closed.push_back(id);
      }
    }
  }
  for (const LaneId& id : closed) {
    PostToOutput([id](Attachment& output) {
      if (output.callbacks.on_lane_closed) output.callbacks.on_lane_closed(id);
    });
  }
}

}  // namespace andon::journal
