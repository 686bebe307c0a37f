// The journal: the durable log that is the buffer. Workers append to lanes, one thread commits
// them, outputs read them behind the durable mark. ONCE in docs: core/journal/README.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/base/unique_function.h"
#include "core/event/chunk.h"
#include "core/event/event_batch.h"
#include "core/loop/loop.h"
#include "core/metrics/metrics.h"
#include "core/plugin/ack.h"
#include "core/plugin/position_store.h"

namespace andon {

enum class SyncMode : uint8_t {
  kGroup,  // One fdatasync for all that waits: survives a power cut.
  kOs,     // The page cache: survives a killed process.
};
enum class Overflow : uint8_t { kBlock, kDropOldest };

struct JournalOptions {
  std::string directory;  // Empty: journal: none. In memory, acknowledged when outputs are done.
  SyncMode sync = SyncMode::kGroup;
  Overflow overflow = Overflow::kBlock;
  uint64_t size_bytes = uint64_t{4} << 30;  // All segments together.
  uint64_t segment_bytes = uint64_t{64} << 20;
  // Of what is not durable yet; and as much again of what is, for outputs that are not far behind.
  uint64_t memory_bytes = uint64_t{12} << 20;
  Duration retain = Duration::zero();  // Keeps what was delivered for so long.
  Duration retain_cursor =
      std::chrono::hours(24 * 7);  // Of an output that is no longer configured.
  bool compress = false;           // Payloads with zstd at append.
};

// A set of outputs, decided when a record is appended. 0 is nobody (positions only).
using RouteId = uint32_t;

// A worker's end: appends to its own lane. Thread: worker. Memory only; no call blocks.
class LaneWriter {
 public:
  virtual ~LaneWriter() = default;  // The lane is closed: nobody will append to it.
  virtual const LaneId& id() const = 0;

  struct Item {
    EventBatch batch;
    RouteId route;
  };
  // Appends all items and positions as one unit. A unit with neither is a no-op whose ack is
  // answered with the next commit. Returns the first sequence given (numbers are dense over the
  // items, in order); the lane's next one when there were no events.
  virtual Sequence Append(std::span<const Item> items, std::span<const Position> covers,
                          Ack ack) = 0;
  // See Emitter::AckWhenDurable.
  virtual void AckWhenDurable(Ack ack) = 0;
  // True past the high mark of memory, or of the disk with overflow: block. Appending still works:
  // it is the caller that should stop reading.
  virtual bool full() const = 0;
};

// What an output has finished, per lane; and the chunks that are next. Thread: output.
class OutputCursor {
 public:
  virtual ~OutputCursor() = default;  // The cursor stays in the journal, under its id.
  // The next chunk, at most `limits.bytes` of entries (but one record at least); empty when there
  // is none now. `on_ready` is called when it is worth asking again. Never above the durable mark.
  // Reads ahead from disk where it must, without blocking this thread.
  virtual std::optional<Chunk> Next(const size_t max_bytes, const uint64_t max_events) = 0;
  // Bytes of entries that Next could give now; for filling chunks up to an age. At least a lower
  // bound: what is on disk only counts as much as a segment's.
  virtual uint64_t ready_bytes() const = 0;
  // So much memory may be kept from being used again by chunks that are not finished (8 MiB).
  virtual void SetMemory(size_t bytes) = 0;
  // These parts of the lane are done. Any order; kept in memory at once, stored with the next
  // commit that happens anyway, or within 50 ms, the note in the same moment: it replaces the
  // stored note when not empty.
  virtual void Finish(const LaneId& lane, std::span<const Range> ranges, std::string note) = 0;
  void Finish(const LaneId& lane, Range window, std::string note) {
    Finish(lane, std::span<const Range>(&window, 1), std::move(note));
  }
  // Stored at once; `done` on this thread when durable, after all that was finished before it.
  virtual void Save(std::string note, UniqueFunction<void(Status)> done) = 0;
  virtual const std::string& note() const = 0;
  struct Counts {
    // Events that are routed here and not finished. What is lost is not in it, from the moment on
    // when it is let go.
    uint64_t held = 0;
    // Lost to drop_oldest, and to damage.
    uint64_t gap = 0;
    uint64_t damaged = 0;
  };
  // What was lost since the cursor was made. Thread: any.
  virtual Counts counts() const = 0;
  // What was lost since anybody in this process took it last. Thread: any.
  virtual Counts TakeCounts() = 0;
  uint64_t held_events() const { return counts().held; }
  uint64_t gap_events() const { return counts().gap; }
  uint64_t damaged_events() const { return counts().damaged; }
};

struct CursorOptions {
  std::string id;  // The output's.
  bool from_oldest =
      false;  // A new cursor begins with what is retained and `wants`; else at the end.
  std::function<bool(std::string_view tag)> wants;  // For records older than the cursor's routing.
  // A new one's output is not in the workers' routers yet: what is appended before RoutingBegan is
  // of its past.
  bool routing_follows = false;
};

struct LaneListener {
  UniqueFunction<void(bool full)> on_pressure;  // On the worker's loop, or from inside Append.
};

// Made and destroyed on the main thread. The loops outlive it.
class Journal {
 public:
  // Recovers what is there (blocks; a few ms for a clean journal). Damage is reported in the log,
  // quarantined, and stepped over. kUnavailable: another process has it, no permission, disk full
  // beyond help; kRejected: a newer format, or a copy of another folder (home.h).
  static Result<std::unique_ptr<Journal>> Open(const JournalOptions& options, FileSystem& files,
                                               Loop& journal_loop, Random& random,
                                               const MetricScope& metrics);
  virtual ~Journal() = default;

  // Stays with the folder; empty without one.
  virtual std::string id() const = 0;
  virtual PositionStore& positions() = 0;
  // Outputs by id; the same set gives the same route. Thread: any.
  virtual RouteId RouteTo(std::span<const std::string> output_ids) = 0;
  // Lanes and cursors may come and go while the journal runs (a reload). Thread: main.
  virtual std::unique_ptr<LaneWriter> OpenLane(Loop& worker, LaneListener listener) = 0;
  // `on_ready` and `on_lane_closed` are called on `output`. Two cursors of one id at once: CHECK.
  virtual std::unique_ptr<OutputCursor> OpenCursor(
      const CursorOptions& options, Loop& output, UniqueFunction<void()> on_ready,
      UniqueFunction<void(const LaneId&)> on_lane_closed) = 0;
  // Every worker's router has all outputs with a cursor now.
  virtual void RoutingBegan() = 0;
  // The output is not configured any more, or was never. Its cursor stays for retain_cursor, for
  // when it comes back; without a journal, and where its routing never began, it goes at once.
  virtual void ReleaseCursor(const std::string& id) = 0;
  // Frees the cursor of an output that is gone, at once instead of after retain_cursor.
  virtual void ForgetCursor(const std::string& id) = 0;
  // Commits all that was appended and every cursor, then calls `done` on the main loop given.
  // Lanes and cursors are destroyed before.
  virtual void Stop(Loop& main, UniqueFunction<void(Status)> done) = 0;
};

}  // namespace andon
