#include "core/journal/lane.h"

#include <algorithm>
#include <cstring>

#include "core/base/check.h"
#include "core/journal/lane_set.h"

namespace andon::journal {

namespace {

constexpr Duration kFlushAfter = std::chrono::milliseconds(5);
// A block with less room than this is not gone on with.
constexpr size_t kLeastRoom = size_t{32} << 10;

}  // namespace

Lane::Lane(const LaneId& id, std::shared_ptr<Intake> intake, std::weak_ptr<LaneSet> lanes,
           Loop& worker, LaneListener listener)
    : id_(id),
      intake_(std::move(intake)),
      lanes_(std::move(lanes)),
      worker_(worker),
      listener_(std::move(listener)) {}

Sequence Lane::Append(std::span<const LaneWriter::Item> items, std::span<const Position> covers,
                      Ack ack) {
  BuildUnit(items);
  const bool waits = static_cast<bool>(ack);
  bool now = waits;
  size_t held = 0;
  Sequence first = 0;
  {
    MutexLock lock(mutex_);
    first = next_;
    held = WriteUnit(covers);
    if (held > 0) intake_->pressure.Add(held);
    now = now || !filled_.empty();
    if (waits) AddAck(std::move(ack));
  }
  if (waits || held > 0) CommitSoon(now);
  LookAtPressure();
  return first;
}

void Lane::Close() {
  {
    MutexLock lock(post_mutex_);
    worker_gone_ = true;
  }
  flush_timer_.reset();
  closed_to_worker_ = true;
  std::deque<WaitingAck> acks;
  std::deque<WaitingAck> deferred;
  std::unordered_map<PendingAck*, std::shared_ptr<PendingAck>> pending;
  {
    MutexLock lock(mutex_);
    closed_ = true;
    acks.swap(acks_);
    deferred.swap(deferred_);
    pending.swap(pending_);
    delivered_.clear();
  }
  // Others may hold on to a pending ack; what is in it goes now.
  for (auto& [pointer, one] : pending) one->ack = Ack();
  intake_->request_commit();
}

const Route& Lane::RouteOf(RouteId id) {
  if (id >= routes_.size()) routes_.resize(id + 1);
  if (routes_[id] == nullptr) routes_[id] = intake_->routes.Find(id);
  return *routes_[id];
}

void Lane::BuildUnit(std::span<const LaneWriter::Item> items) {
  unit_.Clear();
  for (const LaneWriter::Item& item : items) {
    unit_.Add(item.batch, RouteOf(item.route).cursors, item.route, intake_->compress);
  }
}

size_t Lane::WriteUnit(std::span<const Position> covers) {
  positions_.Clear();
  if (!covers.empty()) intake_->positions.Append(covers, positions_);
  size_t written = 0;
  auto& fragments = unit_.fragments();
  if (fragments.empty()) {
    if (covers.empty()) return 0;
    RecordFields fields;
    fields.first = next_;
    fields.positions = positions_.bytes();
    return WriteOne(fields, nullptr);
  }
  for (size_t i = 0; i < fragments.size(); ++i) {
    RecordFields& fields = fragments[i].fields;
    fields.first = next_;
    if (i + 1 < fragments.size()) {
      fields.flags |= RecordHeader::kMoreFollow;
    } else {
      fields.positions = positions_.bytes();
    }
    written += WriteOne(fields, &fragments[i].route_tag);
    next_ += fields.count;
  }
  return written;
}

size_t Lane::WriteOne(const RecordFields& fields, const RouteId* route) {
  const size_t bytes = RecordBytes(fields);
  MakeRoom(bytes);
  WriteRecord(fields, open_.mask, !intake_->in_memory, open_.block->data() + open_.end);
  if (!fields.positions.empty()) open_.with_positions.push_back(open_.end);
  open_.end += bytes;
  open_.held_bytes += bytes;
  if (fields.count == 0) return bytes;
  if (open_.last < open_.first) open_.first = fields.first;
  open_.last = fields.first + fields.count - 1;
  const std::shared_ptr<const Route>& to = routes_[*route];
  for (size_t i = 0; i < to->cursors.size(); ++i) {
    to->counts[i]->events += fields.count;
    if (intake_->in_memory) deliveries_.Routed(to->cursors[i], open_.last);
  }
  auto& routed = open_.routed;
  if (routed.empty() || routed.back().first != to) routed.emplace_back(to, 0);
  routed.back().second += fields.count;
  return bytes;
}

void Lane::MakeRoom(size_t bytes) {
  if (open_.block != nullptr && open_.block->capacity() - open_.end >= bytes) return;
  ClosePart();
  open_.block = intake_->pool->Get(bytes + sizeof(PartHeader));
  OpenPart(0);
}

void Lane::OpenPart(size_t begin) {
  open_.begin = begin;
  open_.end = begin + sizeof(PartHeader);
  open_.mask = intake_->mask;
  open_.first = 1;
  open_.last = 0;
  open_.held_bytes = 0;
  open_.with_positions.clear();
  open_.routed.clear();
}

void Lane::ClosePart() {
  if (open_.block == nullptr) return;
  if (open_.end > open_.begin + sizeof(PartHeader)) {
    filled_.push_back(std::move(open_));
  }
  open_ = LanePart();
}

Lane::Cut Lane::CutAll() {
  std::shared_ptr<Block> block = open_.block;
  const size_t next = PageUp(open_.end);
  const bool has_records = block != nullptr && open_.end > open_.begin + sizeof(PartHeader);
  if (has_records) ClosePart();
  Cut cut;
  cut.parts.swap(filled_);
  if (has_records && !closed_ && next + kLeastRoom <= block->capacity()) {
    open_.block = std::move(block);
    OpenPart(next);
  }
  const uint64_t commit = intake_->next_commit;
  if (!deferred_.empty()) {
    const uint64_t settled = intake_->positions.first_open_claim();
    for (; !deferred_.empty() && deferred_.front().after <= settled; deferred_.pop_front()) {
      acks_.push_back({commit, std::move(deferred_.front().ack)});
    }
  }
  cut.answers = !acks_.empty() && acks_.back().after == commit;
  cut.closed = closed_;
  return cut;
}

void Lane::PressureChanged() {
  if (pressure_posted_.exchange(true)) return;
  PostToWorker(&Lane::PressureNow);
}

void Lane::PressureNow() {
  pressure_posted_ = false;
  LookAtPressure();
}

void Lane::PostToWorker(void (Lane::*task)()) {
  MutexLock lock(post_mutex_);
  if (worker_gone_) return;
  worker_.Post([weak = weak_from_this(), task] {
    if (const auto lane = weak.lock()) ((*lane).*task)();
  });
}

void Lane::LookAtPressure() {
  if (intake_->pressure.full()) intake_->pressure.Wait();
  if (intake_->pressure.TakeWaiting()) intake_->pressure_changed();
  const bool full = intake_->pressure.full();
  if (full == told_full_ || closed_to_worker_) return;
  told_full_ = full;
  // The other workers find out by themselves when they append; those that wait are told.
  if (full) intake_->pressure_changed();
  if (listener_.on_pressure) listener_.on_pressure(full);
}

void Lane::CommitSoon(bool now) {
  if (now) {
    intake_->request_commit();
    return;
  }
  if (flush_armed_) return;
  flush_armed_ = true;
  flush_timer_ = worker_.After(kFlushAfter, [this] {
    flush_armed_ = false;
    intake_->request_commit();
  });
}

}  // namespace andon::journal
