// Room on the disk: what nobody needs is freed, and the next segment has its room before it is due.
#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "core/base/log.h"
#include "core/journal/committer.h"
#include "core/journal/home.h"
#include "core/journal/segment_scan.h"

namespace andon::journal {

// By any cursor, once those of `commit` are durable.
StreamPosition Committer::EarliestNeeded(const Commit& commit) const {
  StreamPosition earliest = log_.end();
  for (const auto& [number, cursor] : state_.cursors) {
    const auto newer = std::ranges::find(commit.cursors, number, &CursorState::number);
    earliest = std::min(earliest, newer != commit.cursors.end() ? newer->resume : cursor.resume);
  }
  for (const auto& cursor : cursors_->All()) earliest = std::min(earliest, cursor->resume());
  return earliest;
}

RetentionPlan Committer::PlanSpace(const StreamPosition& earliest, uint64_t clock_ns) const {
  const auto& segments = disk_->segments.all();
  Space space;
  space.used = disk_->segments.used_bytes();
  space.limit = options_.size_bytes - options_.segment_bytes;
  space.clock_ns = clock_ns;
  RetentionPlan plan = PlanRetention(segments, earliest, space, options_);
  // What is missing in front was not let go: it stays damage.
  if (plan.oldest == segments.begin()->first) plan.oldest = std::min(plan.oldest, state_.oldest);
  return plan;
}

// Before a new segment is begun: what is dropped for it goes when `commit` is durable, not before.
void Committer::MakeRoom(Commit& commit, const LogTime& time) {
  const RetentionPlan plan = PlanSpace(EarliestNeeded(Commit()), time.clock_ns);
  if (plan.oldest <= std::max(state_.oldest, commit.oldest)) return;
  if (plan.dropped) {
    const uint64_t dropped = plan.oldest - disk_->segments.all().begin()->first;
    metrics_.dropped_segments.Add(dropped);
    LogWarn("journal", "the size limit is reached, the oldest events are dropped",
            {{"segments", dropped}, {"size_bytes", options_.size_bytes}});
  }
  commit.oldest = plan.oldest;
}

// Closed lanes of which nothing is left, and that every cursor has passed durably: the next
// snapshot is without them. What a crash brings back is forgotten again.
void Committer::ForgetLanes() {
  StreamPosition passed = log_.end();
  for (const auto& [number, cursor] : state_.cursors) passed = std::min(passed, cursor.resume);
  std::erase_if(state_.lanes, [&](const auto& item) {
    const LaneState& lane = item.second;
    return lane.closed && lane.end.segment < state_.oldest && lane.end <= passed;
  });
  auto position = state_.positions.lower_bound(kRejectedSources);
  if (position == state_.positions.end()) return;
  std::set<std::string, std::less<>> lanes;
  for (const auto& [id, lane] : state_.lanes) lanes.insert(ToString(id));
  while (position != state_.positions.end() && position->first.starts_with(kRejectedSources)) {
    const std::string_view source = position->first;
    if (lanes.contains(source.substr(source.rfind(':') + 1))) {
      ++position;
      continue;
    }
    intake_->positions.Forget(position->first);
    position = state_.positions.erase(position);
  }
}

// Behind a durable commit: what it says is not needed can go.
void Committer::FreeSegments() {
  auto& all = disk_->segments.all();
  bool freed = false;
  while (!all.empty() && all.begin()->first < state_.oldest &&
         all.begin()->first != all.rbegin()->first) {
    const uint64_t total = disk_->segments.bytes() + disk_->segments.spare_bytes();
    disk_->segments.Free(all.begin()->first, total <= options_.size_bytes);
    freed = true;
  }
  if (freed) no_room_ = false;
}

// Without ordinals where they are not known.
Stream::End Committer::BeginOfDisk() {
  auto& all = disk_->segments.all();
  const auto first = all.lower_bound(state_.oldest);
  if (first == all.end()) return {};
  Segment& segment = first->second;
  if (segment.ordinals == nullptr && std::exchange(let_go_, first->first) != first->first) {
    const auto file = disk_->segments.files().Open(disk_->segments.PathOf(first->first),
                                                   {.mode = OpenMode::kRead, .direct = true});
    if (file.ok()) {
      segment.ordinals = ReadOrdinals(**file, SegmentName(first->first), *intake_->pool);
    }
  }
  return {{first->first, 0}, segment.ordinals};
}

// What drop_oldest took from who stands still.
void Committer::TellWhoLost() {
  const Stream::End begin = disk_ != nullptr ? BeginOfDisk() : stream_->begin();
  if (begin.ordinals == nullptr) return;
  for (const auto& cursor : cursors_->All()) cursor->LetGo(begin);
}

// The next segment's room is reserved when this one is half full: while there is none, what is
// left of this one serves what is under way.
void Committer::PrepareNext() {
  const Segment& open = disk_->segments.all().rbegin()->second;
  const uint64_t total = disk_->segments.bytes() + disk_->segments.spare_bytes();
  if (open.end * 2 < open.file_bytes || disk_->segments.has_spare() || no_room_) return;
  if (total + options_.segment_bytes > options_.size_bytes) return;
  const Status made = disk_->segments.MakeSpare();
  if (made.ok()) return;
  no_room_ = true;
  LogError("journal", "no room for the next segment, inputs are held back",
           {{"reason", made.message()}});
  room_timer_ = loop_.After(kRetryAfter, [this] {
    if (finished_ || failed_.has_value()) return;
    no_room_ = false;
    PrepareNext();
    LookAtSpace();
    TellPressure();
  });
}

void Committer::LookAtSpace() {
  const uint64_t used = disk_->segments.used_bytes();
  const uint64_t high = options_.size_bytes - options_.segment_bytes;
  const uint64_t low = high - options_.segment_bytes / 2;
  // What is open cannot be freed, however large one commit made it: then there is no point in
  // waiting.
  const bool several = disk_->segments.all().size() > 1;
  if (options_.overflow == Overflow::kBlock) {
    const bool over = several && (over_size_ ? used > low : used > high);
    if (!std::exchange(over_size_, over) && over) TellWhoHolds();
  }
  intake_->pressure.SetDisk(over_size_ || no_room_ || failed_.has_value());
  metrics_.segments.Set(static_cast<double>(disk_->segments.all().size()));
  metrics_.disk_bytes.Set(
      static_cast<double>(disk_->segments.bytes() + disk_->segments.spare_bytes()));
}

// A while after each commit, and after names have left the folder: it must not go on into a file
// that nobody will find again.
void Committer::LookAtFolder() {
  if (disk_ == nullptr) return;
  const bool is_there = failed_.has_value() || disk_->log->LookAtFile();
  if (!is_there) folder_watch_.reset();  // Of a folder that may be gone.
  if (folder_watch_ == nullptr) WatchFolder();
  if (is_there) return;
  metrics_.write_errors.Add();
  disk_->readers.clear();  // What they have open is the file that was deleted.
  FileSystem& files = disk_->segments.files();
  const std::string& folder = disk_->segments.directory();
  disk_->lock.reset();
  auto lock = files.Lock(folder + "/lock");
  if (lock.ok()) {
    disk_->lock = *std::move(lock);
  } else {
    LogError("journal", "the folder is not locked any more", {{"reason", lock.status().message()}});
  }
  static_cast<void>(CheckHome(files, folder));
}

// So that who is idle notices it too. Where it does not work, the next commit does.
void Committer::WatchFolder() {
  auto folder = disk_->segments.files().Watch(disk_->segments.directory());
  if (!folder.ok()) return;
  folder_ = *std::move(folder);
  auto watch = loop_.WatchFd(folder_->fd(), Interest::kRead, [this](Interest) {
    folder_->Drain();
    // All that is deleted with it goes in the same moment.
    look_timer_ = loop_.After(kRetryAfter, [this] { LookAtFolder(); });
  });
  if (watch.ok()) folder_watch_ = *std::move(watch);
}

}  // namespace andon::journal
