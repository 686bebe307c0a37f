#include "core/journal/committer.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "core/base/log.h"
#include "core/journal/memory_log.h"

namespace andon::journal {

namespace {

constexpr Duration kTrimAfter = std::chrono::seconds(2);

}  // namespace

Committer::Committer(Parts parts)
    : options_(std::move(parts.options)),
      loop_(parts.loop),
      metrics_(parts.metrics),
      intake_(std::move(parts.intake)),
      stream_(std::move(parts.stream)),
      lanes_(std::move(parts.lanes)),
      cursors_(std::move(parts.cursors)),
      disk_(std::move(parts.disk)),
      memory_log_(disk_ == nullptr ? std::make_unique<MemoryLog>() : nullptr),
      log_(disk_ == nullptr ? *memory_log_ : *disk_->log),
      state_(std::move(parts.state)),
      oldest_(state_.oldest),
      clock_at_start_(state_.clock_ns),
      absence_counted_to_(state_.clock_ns) {
  stream_->Begin({log_.end(), log_.ordinals()});
  if (disk_ != nullptr) FreeSegments();
}

LogTime Committer::Time() {
  if (!started_.has_value()) started_ = loop_.Now();
  const auto ran = static_cast<uint64_t>((loop_.Now() - *started_).count());
  return {static_cast<uint64_t>(ToNanoseconds(loop_.WallNow())), clock_at_start_ + ran};
}

void Committer::RequestCommit() {
  if (requested_.exchange(true)) return;
  loop_.Post([weak = weak_from_this()] {
    if (const auto committer = weak.lock()) committer->RunCommit();
  });
}

void Committer::RunCommit() {
  requested_ = false;
  if (finished_ || failed_.has_value()) return;
  CommitOrKeep(MakeCommit(false));
}

Commit Committer::MakeCommit(bool force) {
  LaneSet::Cut cut = lanes_->CutAll(*intake_);
  Commit commit;
  commit.number = cut.commit;
  for (LaneSet::LaneCut& one : cut.lanes) {
    for (LanePart& part : one.cut.parts) {
      commit.parts.push_back({one.lane->id(), std::move(part), {}, {}});
    }
    if (one.cut.closed) commit.closed_lanes.push_back(one.lane->id());
    if (one.cut.answers) commit.answers.push_back(one.lane);
  }
  AddControl(commit, force);
  return commit;
}

void Committer::AddControl(Commit& commit, bool force) {
  if (disk_ != nullptr) CountAbsence(Time());
  const bool store_absence = std::exchange(store_absence_, false);
  Cursor::StoreWish wish{.now = loop_.Now(), .anyway = !commit.parts.empty()};
  for (const auto& cursor : cursors_->All()) {
    const bool away = !cursor->attached();
    if (away && disk_ != nullptr) cursor->MoveAlong(log_.end(), state_);
    wish.force = force || (away && store_absence);
    std::optional<CursorState> state = cursor->ToStore(wish);
    if (!state.has_value()) continue;
    const auto known = state_.cursors.find(state->number);
    state->absent_ns = away && known != state_.cursors.end() ? known->second.absent_ns : 0;
    commit.cursors.push_back(*std::move(state));
  }
  commit.forgotten = std::exchange(forgotten_, {});
  AddOldest(commit);
}

void Committer::AddOldest(Commit& commit) const {
  if (disk_ == nullptr) return;
  // What its cursors do not need any more may go as soon as they are durable.
  const RetentionPlan plan = PlanSpace(EarliestNeeded(commit), state_.clock_ns);
  if (plan.oldest > state_.oldest && !plan.dropped) commit.oldest = plan.oldest;
}

// Whether it is done; else it is kept and tried again.
bool Committer::CommitOrKeep(Commit commit) {
  const Status status = TryCommit(commit);
  if (status.ok()) return true;
  failed_ = std::move(commit);
  ReportFailure(status);
  return false;
}

Status Committer::TryCommit(Commit& commit) {
  // Its latency is for people, and not what the loop's clock is for: that stands still meanwhile.
  const MonotonicTime begun = std::chrono::steady_clock::now();
  if (!commit.empty()) {
    const LogTime time = Time();
    state_.clock_ns = time.clock_ns;
    if (disk_ != nullptr && disk_->log->WillRoll(commit)) {
      MakeRoom(commit, time);
      ForgetLanes();
    }
    RETURN_IF_ERROR(log_.Write(commit, state_, time));
  }
  Publish(commit, begun);
  return {};
}

std::vector<StreamPart> Committer::PartsOf(const Commit& commit) const {
  std::shared_ptr<const Ordinals> ordinals = log_.ordinals();
  std::vector<StreamPart> parts;
  parts.reserve(commit.parts.size());
  for (const CommitPart& from : commit.parts) {
    StreamPart part;
    part.at = from.at;
    part.end = from.end;
    part.lane = from.lane;
    part.block = from.data.block;
    part.offset = from.data.begin + sizeof(PartHeader);
    part.bytes = from.data.end - part.offset;
    part.held_bytes = from.data.held_bytes;
    part.ordinals = ordinals;
    parts.push_back(std::move(part));
    if (disk_ != nullptr) continue;
    // In memory any part may become the first that is left.
    auto next = std::make_shared<Ordinals>(*ordinals);
    for (const auto& [route, events] : from.data.routed) {
      for (const uint32_t cursor : route->cursors) (*next)[cursor] += events;
    }
    ordinals = std::move(next);
  }
  return parts;
}

std::shared_ptr<const Ordinals> Committer::OrdinalsAtEnd() const {
  return disk_ != nullptr ? log_.ordinals() : std::make_shared<const Ordinals>(state_.routed);
}

void Committer::Publish(const Commit& commit, MonotonicTime begun) {
  std::vector<StreamPart> parts = PartsOf(commit);
  ApplyCommit(commit, state_);
  size_t held = 0;
  uint64_t bytes = 0;
  for (const StreamPart& part : parts) {
    held += part.held_bytes;
    bytes += part.end.offset - part.at.offset;
  }
  if (disk_ != nullptr) {
    intake_->pressure.Sub(held);
    oldest_ = state_.oldest;
    FreeSegments();
  }
  if (!commit.empty()) stream_->Publish(std::move(parts), {log_.end(), OrdinalsAtEnd()});
  intake_->durable_commit = commit.number;
  for (const auto& lane : commit.answers) lane->Answer();
  TellCursors(commit);
  if (options_.overflow == Overflow::kDropOldest) {
    if (disk_ == nullptr && intake_->pressure.full()) stream_->DropOldest();
    TellWhoLost();
  }
  if (disk_ != nullptr && !commit.empty()) {
    // Cursors that had to go into a new segment free the ones before it with another commit.
    Commit more;
    AddOldest(more);
    if (more.oldest != 0) RequestCommit();
    PrepareNext();
    LookAtSpace();
    metrics_.written_bytes.Add(bytes);
    metrics_.commits.Add();
    const Duration took = std::chrono::steady_clock::now() - begun;
    metrics_.commit_seconds.Observe(std::chrono::duration<double>(took).count());
  }
  metrics_.memory_bytes.Set(static_cast<double>(stream_->bytes() + intake_->pressure.held()));
  TellPressure();
  TrimLater();
}

void Committer::TellCursors(const Commit& commit) {
  if (commit.cursors.empty() && commit.closed_lanes.empty()) return;
  for (const auto& cursor : cursors_->All()) {
    const auto stored = std::ranges::find(commit.cursors, cursor->number(), &CursorState::number);
    if (stored != commit.cursors.end()) {
      cursor->Stored(*stored, state_);
    } else if (!commit.closed_lanes.empty()) {
      cursor->LookForClosedLanes(state_);
    }
  }
}

void Committer::TellPressure() {
  const bool may_go_on = intake_->pressure.TakeWaiting();
  const bool full = intake_->pressure.full();
  const bool changed = std::exchange(told_full_, full) != full;
  if (changed) metrics_.full.Set(full ? 1 : 0);
  if (changed || may_go_on) lanes_->ForEach([](Lane& lane) { lane.PressureChanged(); });
}

void Committer::ReadFor(std::shared_ptr<Cursor> cursor, uint64_t epoch) {
  loop_.Post([weak = weak_from_this(), cursor = std::move(cursor), epoch] {
    if (const auto committer = weak.lock()) committer->ReadSome(cursor, epoch);
  });
}

void Committer::ReadSome(const std::shared_ptr<Cursor>& cursor, uint64_t epoch) {
  if (finished_ || disk_ == nullptr) return;
  const std::optional<StreamPosition> from = cursor->WantsDisk(epoch);
  if (!from.has_value()) {
    if (!cursor->attached()) disk_->readers.erase(cursor->number());
    return;
  }
  CatchUp& reader =
      disk_->readers.try_emplace(cursor->number(), disk_->segments, intake_->pool, disk_->damage)
          .first->second;
  CatchUp::Found found = reader.Read(*from, log_.end(), state_.oldest);
  if (found.failed) {
    // Segments in front may be freed while it waits: that is no loss.
    if (*from < found.end) cursor->Arrived(epoch, {{}, found.end, found.dropped});
    read_retries_[cursor->number()] =
        loop_.After(kRetryAfter, [this, cursor, epoch] { ReadFor(cursor, epoch); });
    return;
  }
  const bool caught_up = found.end >= stream_->memory_begin();
  cursor->Arrived(epoch, {std::move(found.parts), found.end, found.dropped});
  if (caught_up) {
    disk_->readers.erase(cursor->number());
  } else {
    ReadFor(cursor, epoch);
  }
}

void Committer::TrimLater() {
  if (trim_armed_) return;
  trim_armed_ = true;
  trim_timer_ = loop_.After(kTrimAfter, [this] {
    trim_armed_ = false;
    LookAtFolder();
    if (intake_->pool->Trim()) TrimLater();
  });
}

Status Committer::Finish() {
  Status status;
  if (failed_.has_value()) {
    Commit commit = *std::move(failed_);
    failed_.reset();
    if (!CommitOrKeep(std::move(commit))) status = Unavailable("the last events are not on disk");
  }
  if (status.ok()) {
    Commit last = MakeCommit(true);
    status = TryCommit(last);
  }
  if (status.ok() && disk_ != nullptr) status = disk_->log->Finish(state_, Time());
  finished_ = true;
  retry_timer_.reset();
  room_timer_.reset();
  absence_timer_.reset();
  trim_timer_.reset();
  folder_watch_.reset();
  look_timer_.reset();
  read_retries_.clear();
  return status;
}

}  // namespace andon::journal
