#include "core/journal/journal.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/journal/committer.h"
#include "core/journal/home.h"

namespace andon {

namespace journal {

namespace {

constexpr uint64_t kLeastSegmentBytes = uint64_t{64} << 10;
constexpr uint64_t kLeastSegments = 4;

JournalOptions Sane(JournalOptions options) {
  const uint64_t quarter = options.size_bytes / kLeastSegments;
  const uint64_t segment = std::min(options.segment_bytes, quarter);
  options.segment_bytes = PageUp(std::max(segment, kLeastSegmentBytes));
  options.size_bytes = std::max(options.size_bytes, options.segment_bytes * kLeastSegments);
  return options;
}

Status WithAdvice(const Status& status) {
  const std::string message(status.message());
  if (message.find(std::strerror(EACCES)) == std::string::npos) return status;
  return {status.code(), message + "; the folder must belong to the user that andond runs as"};
}

// A cursor that was forgotten and at once made anew: a crash may have left both. The first is
// nobody's, and would keep what it wants for ever.
void ForgetPredecessors(State& state) {
  std::map<std::string, uint32_t> newest;
  for (const auto& [number, cursor] : state.cursors) newest[cursor.id] = number;
  std::erase_if(state.cursors, [&](const auto& item) {
    const bool gone = newest.at(item.second.id) != item.first;
    if (gone) state.routed.erase(item.first);
    return gone;
  });
}

class LaneHandle : public LaneWriter {
 public:
  explicit LaneHandle(std::shared_ptr<Lane> lane) : lane_(std::move(lane)) {}
  ~LaneHandle() override { lane_->Close(); }
  LaneHandle(const LaneHandle&) = delete;
  LaneHandle& operator=(const LaneHandle&) = delete;
  const LaneId& id() const override { return lane_->id(); }
  Sequence Append(std::span<const Item> items, std::span<const Position> covers, Ack ack) override {
    return lane_->Append(items, covers, std::move(ack));
  }
  void AckWhenDurable(Ack ack) override { lane_->AckWhenDurable(std::move(ack)); }
  bool full() const override { return lane_->full(); }

 private:
  const std::shared_ptr<Lane> lane_;
};

class CursorHandle : public OutputCursor {
 public:
  explicit CursorHandle(std::shared_ptr<Cursor> cursor)
      : cursor_(std::move(cursor)), note_(cursor_->note()) {}
  ~CursorHandle() override { cursor_->Detach(); }
  CursorHandle(const CursorHandle&) = delete;
  CursorHandle& operator=(const CursorHandle&) = delete;
  std::optional<Chunk> Next(size_t max_bytes, uint64_t max_events) override {
    return cursor_->Next(max_bytes, max_events);
  }
  uint64_t ready_bytes() const override { return cursor_->ReadyBytes(); }
  void SetMemory(size_t bytes) override { cursor_->SetBudget(bytes); }
  void Finish(const LaneId& lane, std::span<const Range> ranges, std::string note) override {
    if (!note.empty()) note_ = note;
    cursor_->Finish(lane, ranges, std::move(note));
  }
  void Save(std::string note, UniqueFunction<void(Status)> done) override {
    if (!note.empty()) note_ = note;
    cursor_->Save(std::move(note), std::move(done));
  }
  const std::string& note() const override { return note_; }
  Counts counts() const override { return cursor_->counts(); }
  Counts TakeCounts() override { return cursor_->TakeCounts(); }

 private:
  const std::shared_ptr<Cursor> cursor_;
  std::string note_;
};

class OpenJournal : public Journal {
 public:
  OpenJournal(JournalOptions options, Loop& loop, Random& random)
      : options_(std::move(options)), loop_(loop), random_(random) {}
  ~OpenJournal() override = default;

  Status Open(FileSystem& files, const MetricScope& scope);

  std::string id() const override { return id_; }
  PositionStore& positions() override { return intake_->positions; }
  RouteId RouteTo(std::span<const std::string> output_ids) override {
    return cursors_->RouteTo(output_ids);
  }
  std::unique_ptr<LaneWriter> OpenLane(Loop& worker, LaneListener listener) override;
  std::unique_ptr<OutputCursor> OpenCursor(
      const CursorOptions& options, Loop& output, UniqueFunction<void()> on_ready,
      UniqueFunction<void(const LaneId&)> on_lane_closed) override;
  void RoutingBegan() override;
  void ReleaseCursor(const std::string& id) override;
  void ForgetCursor(const std::string& id) override;
  void Stop(Loop& main, UniqueFunction<void(Status)> done) override;

 private:
  Result<std::unique_ptr<Disk>> OpenDisk(FileSystem& files, JournalMetrics& metrics, State* state);
  void Connect(std::unique_ptr<Disk> disk, const JournalMetrics& metrics, State state);

  const JournalOptions options_;
  Loop& loop_;
  Random& random_;
  std::string id_;
  std::shared_ptr<Intake> intake_;
  std::shared_ptr<Stream> stream_;
  std::shared_ptr<LaneSet> lanes_;
  std::shared_ptr<CursorSet> cursors_;
  std::shared_ptr<Committer> committer_;
};

Status OpenJournal::Open(FileSystem& files, const MetricScope& scope) {
  JournalMetrics metrics(scope);
  State state;
  std::unique_ptr<Disk> disk;
  if (options_.directory.empty()) {
    state.journal = MakeUuid(random_);
    intake_ = std::make_shared<Intake>(PositionMap(), 0, options_.memory_bytes,
                                       PositionStore::Survives::kNothing);
    intake_->in_memory = true;
  } else {
    ASSIGN_OR_RETURN(disk, OpenDisk(files, metrics, &state));
    id_ = ToString(state.journal);
  }
  Connect(std::move(disk), metrics, std::move(state));
  return {};
}

Result<std::unique_ptr<Disk>> OpenJournal::OpenDisk(FileSystem& files, JournalMetrics& metrics,
                                                    State* state) {
  auto disk = std::make_unique<Disk>(files, options_, metrics);
  RETURN_IF_ERROR(files.MakeDirectory(options_.directory, 0750));
  ASSIGN_OR_RETURN(disk->lock, files.Lock(options_.directory + "/lock"));
  RETURN_IF_ERROR(CheckHome(files, options_.directory));
  auto pool = std::make_shared<BlockPool>(2);
  ASSIGN_OR_RETURN(Recovered recovered, Recover(disk->segments, pool, disk->damage));
  *state = recovered.state;
  if (recovered.newest == 0) state->journal = MakeUuid(random_);
  // Nobody appends to a lane that he did not create.
  for (auto& [id, lane] : state->lanes) lane.closed = true;
  ForgetPredecessors(*state);
  recovered.state = *state;
  intake_ =
      std::make_shared<Intake>(state->positions, state->position_order, options_.memory_bytes,
                               options_.sync == SyncMode::kOs ? PositionStore::Survives::kProcess
                                                              : PositionStore::Survives::kPowerCut);
  intake_->compress = options_.compress;
  disk->log = std::make_unique<SegmentLog>(disk->segments, options_, random_, *intake_);
  const LogTime now{static_cast<uint64_t>(ToNanoseconds(loop_.WallNow())), state->clock_ns};
  RETURN_IF_ERROR(disk->log->Begin(recovered, now));
  return disk;
}

void OpenJournal::Connect(std::unique_ptr<Disk> disk, const JournalMetrics& metrics, State state) {
  stream_ = std::make_shared<Stream>(intake_->pressure, options_.memory_bytes, intake_->in_memory);
  lanes_ = std::make_shared<LaneSet>();
  const auto late = std::make_shared<std::weak_ptr<Committer>>();
  Cursor::Host host{intake_, stream_, lanes_,
                    [late](std::shared_ptr<Cursor> cursor, uint64_t epoch) {
                      if (const auto committer = late->lock()) {
                        committer->ReadFor(std::move(cursor), epoch);
                      }
                    }};
  cursors_ = std::make_shared<CursorSet>(std::move(host), state.next_cursor);
  for (const auto& [number, cursor] : state.cursors) {
    cursors_->Recovered(cursor, state.routed[number]);
  }
  committer_ = std::make_shared<Committer>(Committer::Parts{options_, loop_, metrics, intake_,
                                                            stream_, lanes_, cursors_,
                                                            std::move(disk), std::move(state)});
  *late = committer_;
  committer_->RequestCommit();  // Absence is counted from now on.
  intake_->request_commit = [weak = std::weak_ptr(committer_)] {
    if (const auto committer = weak.lock()) committer->RequestCommit();
  };
  intake_->pressure_changed = [weak = std::weak_ptr(lanes_)] {
    const auto lanes = weak.lock();
    if (lanes != nullptr) lanes->ForEach([](Lane& lane) { lane.PressureChanged(); });
  };
}

std::unique_ptr<LaneWriter> OpenJournal::OpenLane(Loop& worker, LaneListener listener) {
  auto lane =
      std::make_shared<Lane>(MakeUuid(random_), intake_, lanes_, worker, std::move(listener));
  lanes_->Add(lane);
  return std::make_unique<LaneHandle>(std::move(lane));
}

std::unique_ptr<OutputCursor> OpenJournal::OpenCursor(
    const CursorOptions& options, Loop& output, UniqueFunction<void()> on_ready,
    UniqueFunction<void(const LaneId&)> on_lane_closed) {
  std::shared_ptr<Cursor> cursor = cursors_->FindOrMake(options.id, options.routing_follows);
  if (options.from_oldest) {
    cursor->BeginAt(intake_->in_memory ? stream_->memory_begin() : committer_->oldest());
  }
  cursor->Attach(options, output, {std::move(on_ready), std::move(on_lane_closed)});
  loop_.Post([weak = std::weak_ptr(committer_), cursor] {
    if (const auto committer = weak.lock()) committer->LookForClosedLanes(*cursor);
  });
  return std::make_unique<CursorHandle>(std::move(cursor));
}

// Posted, so that a commit which was cut before some worker had its router does not say so.
void OpenJournal::RoutingBegan() {
  loop_.Post([weak = std::weak_ptr(committer_)] {
    if (const auto committer = weak.lock()) committer->RoutingBegan();
  });
}

void OpenJournal::ReleaseCursor(const std::string& id) {
  const std::shared_ptr<Cursor> cursor = cursors_->Find(id);
  if (cursor != nullptr && (intake_->in_memory || cursor->pending())) ForgetCursor(id);
}

void OpenJournal::ForgetCursor(const std::string& id) {
  const std::shared_ptr<Cursor> cursor = cursors_->Forget(id);
  if (cursor == nullptr) return;
  CHECK(!cursor->attached());
  cursor->End();
  loop_.Post([weak = std::weak_ptr(committer_), number = cursor->number()] {
    const auto committer = weak.lock();
    if (committer == nullptr) return;
    committer->Forget(number);
    committer->RequestCommit();
  });
}

void OpenJournal::Stop(Loop& main, UniqueFunction<void(Status)> done) {
  loop_.Post([committer = committer_, &main, done = std::move(done)]() mutable {
    Status status = committer->Finish();
    main.Post([status = std::move(status), done = std::move(done)]() mutable {
      done(std::move(status));
    });
  });
}

}  // namespace

}  // namespace journal

Result<std::unique_ptr<Journal>> Journal::Open(const JournalOptions& options, FileSystem& files,
                                               Loop& journal_loop, Random& random,
                                               const MetricScope& metrics) {
  auto journal =
      std::make_unique<journal::OpenJournal>(journal::Sane(options), journal_loop, random);
  const Status opened = journal->Open(files, metrics);
  if (!opened.ok()) return journal::WithAdvice(opened).WithSubject("journal");
  return std::unique_ptr<Journal>(std::move(journal));
}

}  // namespace andon
