// The journal's thread: cuts all lanes, writes what they have as one commit, and tells everybody.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/journal/commit_log.h"
#include "core/journal/cursor_set.h"
#include "core/journal/disk.h"
#include "core/journal/intake.h"
#include "core/journal/journal.h"
#include "core/journal/journal_metrics.h"
#include "core/journal/retention.h"

namespace andon::journal {

// Thread: journal, except where it says so.
class Committer : public std::enable_shared_from_this<Committer> {
 public:
  struct Parts {
    JournalOptions options;
    Loop& loop;
    JournalMetrics metrics;
    std::shared_ptr<Intake> intake;
    std::shared_ptr<Stream> stream;
    std::shared_ptr<LaneSet> lanes;
    std::shared_ptr<CursorSet> cursors;
    std::unique_ptr<Disk> disk;  // Null: journal: none.
    State state;                 // As recovered.
  };
  explicit Committer(Parts parts);

  // Thread: any.
  void RequestCommit();
  void ReadFor(std::shared_ptr<Cursor> cursor, uint64_t epoch);
  // The first segment that a new cursor can begin with.
  StreamPosition oldest() const { return {oldest_, 0}; }

  void RoutingBegan();
  void Forget(uint32_t cursor);
  void LookForClosedLanes(Cursor& cursor) { cursor.LookForClosedLanes(state_); }
  // Commits everything and closes. Afterwards nothing is done any more.
  Status Finish();

 private:
  // After a first failure there is no hurry.
  static constexpr Duration kRetryAfter = std::chrono::seconds(1);

  void RunCommit();
  Commit MakeCommit(bool force);
  void AddControl(Commit& commit, bool force);
  void AddOldest(Commit& commit) const;
  Status TryCommit(Commit& commit);
  bool CommitOrKeep(Commit commit);
  void Retry();
  void CommitControlAlone();
  void ReportFailure(const Status& status);
  void Publish(const Commit& commit, MonotonicTime begun);
  std::vector<StreamPart> PartsOf(const Commit& commit) const;
  std::shared_ptr<const Ordinals> OrdinalsAtEnd() const;
  void TellCursors(const Commit& commit);
  void TellPressure();

  void CountAbsence(const LogTime& time);
  void CountAbsenceLater();
  void TellWhoHolds();
  StreamPosition EarliestNeeded(const Commit& commit) const;
  RetentionPlan PlanSpace(const StreamPosition& earliest, uint64_t clock_ns) const;
  void MakeRoom(Commit& commit, const LogTime& time);
  void ForgetLanes();
  Stream::End BeginOfDisk();
  void TellWhoLost();
  void FreeSegments();
  void PrepareNext();
  void LookAtSpace();
  void ReadSome(const std::shared_ptr<Cursor>& cursor, uint64_t epoch);
  void TrimLater();
  void LookAtFolder();
  void WatchFolder();
  LogTime Time();

  const JournalOptions options_;
  Loop& loop_;
  JournalMetrics metrics_;
  const std::shared_ptr<Intake> intake_;
  const std::shared_ptr<Stream> stream_;
  const std::shared_ptr<LaneSet> lanes_;
  const std::shared_ptr<CursorSet> cursors_;
  const std::unique_ptr<Disk> disk_;
  std::unique_ptr<CommitLog> memory_log_;
  CommitLog& log_;
  State state_;

  std::atomic<bool> requested_{false};
  std::atomic<uint64_t> oldest_;
  bool finished_ = false;
  std::optional<MonotonicTime> started_;
  uint64_t clock_at_start_;
  uint64_t absence_counted_to_;
  bool store_absence_ = false;
  std::vector<uint32_t> forgotten_;
  std::optional<Commit> failed_;
  int failures_ = 0;
  bool no_room_ = false;  // For the next segment.
  bool over_size_ = false;
  bool told_full_ = false;
  uint64_t let_go_ = 0;  // The last segment of which LetGo was told.
  std::unique_ptr<Timer> retry_timer_;
  std::map<uint32_t, std::unique_ptr<Timer>> read_retries_;  // By cursor.
  std::unique_ptr<Timer> room_timer_;
  std::unique_ptr<Timer> absence_timer_;
  bool absence_armed_ = false;
  std::unique_ptr<FolderWatch> folder_;
  std::unique_ptr<Watch> folder_watch_;
  std::unique_ptr<Timer> look_timer_;
  std::unique_ptr<Timer> trim_timer_;
  bool trim_armed_ = false;
};

}  // namespace andon::journal
