// One output's cursor: reads the stream behind the durable mark, and knows what is finished.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/mutex.h"
#include "core/journal/backlog.h"
#include "core/journal/cursor_progress.h"
#include "core/journal/journal.h"
#include "core/journal/lane_set.h"
#include "core/journal/routes.h"
#include "core/journal/stream.h"

namespace andon::journal {

struct Intake;

// How much is read ahead for one output, and the least that it may keep unfinished.
inline constexpr size_t kReadBudget = size_t{8} << 20;

class Cursor : public std::enable_shared_from_this<Cursor> {
 public:
  struct Host {
    std::shared_ptr<Intake> intake;
    std::shared_ptr<Stream> stream;
    std::shared_ptr<LaneSet> lanes;
    // Asks the journal's thread to read for a cursor, in this epoch: it calls WantsDisk and
    // Arrived.
    std::function<void(std::shared_ptr<Cursor>, uint64_t epoch)> read_disk;
  };
  struct Callbacks {
    UniqueFunction<void()> on_ready;
    UniqueFunction<void(const LaneId&)> on_lane_closed;
  };

  enum class From : uint8_t { kJournal, kNothing };  // Recovered, or new.
  Cursor(CursorState state, uint64_t routed, From from, Host host);
  // Registers with the stream; separate, as it needs shared_from_this.
  void Begin();
  // Nobody will ever read with it again.
  void End();

  uint32_t number() const { return number_; }
  const std::shared_ptr<RoutedCount>& routed() const { return routed_; }

  // Thread: main. The output that reads; one at a time.
  void Attach(const CursorOptions& options, Loop& output, Callbacks callbacks);
  // A cursor that was made by this process and never attached begins here instead of at the end.
  void BeginAt(const StreamPosition& begin);
  bool attached() const;
  // Made by this process, and nobody routes to it yet.
  bool pending() const;

  // Thread: output.
  void Detach();
  std::optional<Chunk> Next(size_t max_bytes, uint64_t max_events);
  uint64_t ReadyBytes();
  void SetBudget(size_t bytes);
  void Finish(const LaneId& lane, std::span<const Range> ranges, std::string note);
  void Save(std::string note, UniqueFunction<void(Status)> done);
  std::string note() const;

  // Thread: journal.
  // What to store with a commit; empty when nothing changed, or only what can wait for one that
  // happens `anyway`, or when it was stored just now. `force`: in any case.
  struct StoreWish {
    MonotonicTime now;
    bool anyway = false;
    bool force = false;
  };
  std::optional<CursorState> ToStore(const StoreWish& wish);
  void Stored(const CursorState& stored, const State& state);
  void LookForClosedLanes(const State& state);
  // An output that is away and has finished all that was routed to it keeps nothing: its cursor
  // goes along with the stream's durable `end`, where `state` is.
  void MoveAlong(const StreamPosition& end, const State& state);
  // From now on everything that is for it is routed to it.
  void RoutingBegan();
  // Where the journal's thread should read on. Nothing: enough for now, or what asked in that epoch
  // is gone.
  std::optional<StreamPosition> WantsDisk(uint64_t epoch);
  struct FromDisk {
    std::vector<StreamPart> parts;  // In stream order.
    StreamPosition end;             // How far was read.
    bool dropped = false;           // What was missing before was let go by overflow.
  };
  // Without effect when who asked for it has gone meanwhile: a successor begins at resume().
  void Arrived(uint64_t epoch, FromDisk found);
  // No segment before this one's is needed for it.
  StreamPosition resume() const;

  // Overflow has let go what stands in front of `begin`: what was not read of it is lost, and who
  // stands still is not to find that out only when he goes on.
  void LetGo(const Stream::End& begin);

  // Thread: any.
  void Wake();
  OutputCursor::Counts counts() const;
  OutputCursor::Counts TakeCounts();

 private:
  struct Attachment {
    Loop* loop = nullptr;
    Callbacks callbacks;
    std::unique_ptr<Timer> store_timer;
    bool store_armed = false;
    std::atomic<bool> ready_posted{false};
  };
  void Fill(uint64_t target) REQUIRES(mutex_);
  bool FillOne() REQUIRES(mutex_);
  void Scan(const StreamPart& part) REQUIRES(mutex_);
  CursorProgress::Use UseOf(const StoredRecord& record, const StreamPart& part) const
      REQUIRES(mutex_);
  size_t WantedBytes(const StreamPart& part) const REQUIRES(mutex_);
  std::shared_ptr<const Pin> PinOf(const StreamPart& part) REQUIRES(mutex_);
  void ForgetDisk() REQUIRES(mutex_);
  StreamPosition NextToRead() const REQUIRES(mutex_);
  uint64_t ArrivedEvents() const REQUIRES(mutex_);
  void Changed();
  void TellLanes();
  std::shared_ptr<Attachment> AttachmentHere() const;  // Thread: output.
  // Runs there, unless the output has gone by then. After Detach its loop is not touched any more:
  // the thread may end.
  void PostToOutput(UniqueFunction<void(Attachment&)> task);
  void PostLocked(UniqueFunction<void(Attachment&)> task) REQUIRES(attachment_mutex_);

  const uint32_t number_;
  const Host host_;
  const std::shared_ptr<RoutedCount> routed_;
  std::shared_ptr<StreamReader> reader_;

  mutable Mutex attachment_mutex_;
  std::shared_ptr<Attachment> attachment_ GUARDED_BY(attachment_mutex_);

  mutable Mutex mutex_;
  CursorProgress progress_ GUARDED_BY(mutex_);
  bool from_oldest_ GUARDED_BY(mutex_) = false;
  bool wants_past_ GUARDED_BY(mutex_);  // What is in front of its creation; or that is not known.
  std::function<bool(std::string_view)> wants_ GUARDED_BY(mutex_);
  // What may be kept in memory, read ahead or unfinished; one record at least.
  size_t budget_ GUARDED_BY(mutex_) = kReadBudget;
  std::shared_ptr<Charge> charge_ GUARDED_BY(mutex_);
  std::unique_ptr<Backlog> backlog_ GUARDED_BY(mutex_);
  std::vector<std::weak_ptr<const Pin>> pins_ GUARDED_BY(mutex_);
  std::vector<Range> missing_ GUARDED_BY(mutex_);
  uint64_t scanned_segment_ GUARDED_BY(mutex_) = 0;
  bool jumped_ GUARDED_BY(mutex_) = false;    // Over what overflow let go.
  StreamPosition let_go_ GUARDED_BY(mutex_);  // All in front that overflow took is counted.
  uint64_t told_gap_ GUARDED_BY(mutex_);      // Taken by somebody, or lost to an earlier process.
  uint64_t told_damaged_ GUARDED_BY(mutex_);

  struct DiskPiece {
    StreamPart part;
    bool dropped = false;
  };
  std::deque<DiskPiece> arrived_ GUARDED_BY(mutex_);
  size_t arrived_bytes_ GUARDED_BY(mutex_) = 0;
  StreamPosition disk_from_ GUARDED_BY(mutex_);
  bool reading_ GUARDED_BY(mutex_) = false;
  uint64_t epoch_ GUARDED_BY(mutex_) = 0;  // Of reading: another with each attachment.

  bool dirty_ GUARDED_BY(mutex_) = true;
  bool urgent_ GUARDED_BY(mutex_) = true;
  bool stored_ GUARDED_BY(mutex_) = false;  // Ever.
  bool fresh_ GUARDED_BY(mutex_);           // Made by this process, never attached.
  uint64_t stored_segment_ GUARDED_BY(mutex_) = 0;
  MonotonicTime last_store_ GUARDED_BY(mutex_){};
  std::vector<UniqueFunction<void(Status)>> saves_ GUARDED_BY(mutex_);
  std::vector<UniqueFunction<void(Status)>> saving_ GUARDED_BY(mutex_);
  std::set<LaneId> announced_ GUARDED_BY(mutex_);
};

}  // namespace andon::journal
