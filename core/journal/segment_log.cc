#include "core/journal/segment_log.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"

namespace andon::journal {

namespace {

// With sync: os nothing is proved to be durable, and the whole segment is not written again.
constexpr uint64_t kMostRewritten = uint64_t{64} << 20;

}  // namespace

SegmentLog::SegmentLog(Segments& segments, const JournalOptions& options, Random& random,
                       Intake& intake)
    : segments_(segments), options_(options), random_(random), intake_(intake) {}

Status SegmentLog::Begin(const Recovered& recovered, const LogTime& time) {
  highest_number_ = recovered.highest_number;
  number_ = recovered.newest;
  RETURN_IF_ERROR(MakeDurable(recovered));
  Status begun = BeginSegment(options_.segment_bytes, recovered.state, time);
  if (recovered.newest == 0) return begun;
  const uint64_t given_back = CutToEnd(recovered.newest);
  if (begun.ok() || given_back == 0) return begun;
  // A full disk: what the last segment had reserved is enough to begin with. Outputs then deliver,
  // their cursors move, and that frees segments.
  LogWarn("journal", "no room for a whole segment, beginning a small one",
          {{"reason", begun.message()}, {"bytes", given_back}});
  return BeginSegment(given_back, recovered.state, time);
}

// Bytes beyond a segment's end do not exist; returns how much room that gave back.
uint64_t SegmentLog::CutToEnd(uint64_t number) {
  Segment& last = segments_.all().at(number);
  const uint64_t beyond = last.file_bytes > last.end ? last.file_bytes - last.end : 0;
  if (beyond == 0) return 0;
  auto file =
      segments_.files().Open(segments_.PathOf(number), {.mode = OpenMode::kWrite, .direct = true});
  if (!file.ok() || !(*file)->Truncate(last.end).ok()) return 0;
  last.file_bytes = last.end;
  return beyond;
}

// The last commit was found, but perhaps in the page cache only, after an fdatasync that failed:
// its pages are written again.
Status SegmentLog::MakeDurable(const Recovered& recovered) {
  if (recovered.newest == 0) return {};
  const Segment& last = segments_.all().at(recovered.newest);
  ASSIGN_OR_RETURN(auto file, segments_.files().Open(segments_.PathOf(recovered.newest),
                                                     {.mode = OpenMode::kWrite, .direct = true}));
  uint64_t at = std::max(recovered.proved, last.header.data_begin());
  if (last.end > at + kMostRewritten) at = last.end;
  const auto block = intake_.pool->Get(kBlockBytes);
  while (at < last.end) {
    const size_t wanted = std::min<uint64_t>(block->capacity(), last.end - at);
    ASSIGN_OR_RETURN(const size_t came, file->ReadAt(at, {block->data(), wanted}));
    if (came < wanted) break;
    RETURN_IF_ERROR(file->WriteAt(at, {block->data(), wanted}, false));
    at += wanted;
  }
  return file->Sync();
}

StreamPosition SegmentLog::end() const { return {number_, segment().end}; }

bool SegmentLog::HasRoom(const Commit& commit) const {
  if (failed_) return false;
  const uint64_t bytes = commit.BytesOnDisk();
  return commit.urgent ? writer_->HasRoomForControl(bytes) : writer_->HasRoom(bytes);
}

bool SegmentLog::WillRoll(const Commit& commit) const { return !HasRoom(commit); }

Status SegmentLog::Write(Commit& commit, const State& state, const LogTime& time) {
  if (WillRoll(commit)) RETURN_IF_ERROR(Roll(commit.BytesOnDisk(), state, time));
  const bool has_control = commit.has_control();
  if (has_control) {
    uint64_t at = writer_->end();
    for (const CommitPart& part : commit.parts) at += PageUp(part.data.end - part.data.begin);
    commit.parts.push_back(ControlPart(commit, {number_, at}, writer_->mask(), *intake_.pool));
  }
  Status written = writer_->Write(commit.parts, time.wall_ns, time.clock_ns);
  if (has_control) commit.parts.pop_back();
  if (!written.ok()) {
    failed_ = true;
    last_error_ = writer_->last_error();
    // New cursors find their place with the next try.
    for (CursorState& cursor : commit.cursors) {
      if (cursor.created.segment == number_ && cursor.created.offset >= writer_->end()) {
        cursor.created = {};
      }
    }
    return written;
  }
  segment().end = writer_->end();
  return {};
}

Status SegmentLog::Roll(uint64_t commit_bytes, const State& state, const LogTime& time) {
  if (!failed_) {
    // With sync: os the predecessor's end must be true after a power cut too.
    if (options_.sync == SyncMode::kOs) {
      const Status synced = writer_->Sync();
      if (!synced.ok()) LogWarn("journal", "segment is not synced", {{"reason", synced.message()}});
    }
  }
  ByteBuffer snapshot;
  EncodeState(state, snapshot);
  const uint64_t needed =
      2 * kPageBytes + PageUp(snapshot.size()) + commit_bytes + SegmentWriter::kReserveBytes;
  const bool failed = failed_;
  const auto last = writer_;
  RETURN_IF_ERROR(BeginSegment(std::max(options_.segment_bytes, PageUp(needed)), state, time));
  segments_.all().at(writer_->header().predecessor).closed_ns = time.clock_ns;
  if (failed) {
    GiveBackRoom(*last);
  } else {
    last->Seal(time.wall_ns, time.clock_ns);
  }
  return {};
}

bool SegmentLog::LookAtFile() {
  if (failed_ || segments_.IsThere(number_, writer_->file())) return true;
  Status written = WriteAgain();
  failed_ = !written.ok();
  LogError("journal",
           "the open segment's file was deleted while andond runs; what else was deleted and not "
           "delivered is lost and counted as damaged",
           {{"segment", SegmentName(number_)},
            {"written_again", written.ok() ? "yes" : written.message()}});
  return false;
}

Status SegmentLog::WriteAgain() {
  RETURN_IF_ERROR(segments_.MakeFolderAgain());
  ASSIGN_OR_RETURN(auto file, segments_.Create(number_, writer_->capacity()));
  Status moved = writer_->MoveTo(std::move(file));
  if (moved.ok()) moved = segments_.files().SyncDirectory(segments_.directory());
  if (!moved.ok()) segments_.Discard(number_);
  return moved;
}

Status SegmentLog::BeginSegment(uint64_t capacity, const State& state, const LogTime& time) {
  ByteBuffer snapshot;
  EncodeState(state, snapshot);
  SegmentHeader header;
  header.segment = ++highest_number_;
  do {
    header.salt = random_.Next();
  } while (header.salt == last_salt_ || ChecksumMask(header.salt) == ChecksumMask(last_salt_));
  last_salt_ = header.salt;
  header.predecessor = number_;
  header.predecessor_end = number_ == 0 ? 0 : segment().end;
  header.journal = state.journal;
  header.wall_ns = time.wall_ns;
  header.clock_ns = time.clock_ns;
  auto file = segments_.Create(header.segment, capacity);
  if (!file.ok()) {
    last_error_ = 0;
    return file.status();
  }
  auto writer = std::make_shared<SegmentWriter>(*std::move(file), header, capacity, options_.sync);
  Status begun = writer->WriteHead(snapshot.bytes());
  if (begun.ok()) begun = segments_.files().SyncDirectory(segments_.directory());
  if (!begun.ok()) {
    last_error_ = writer->last_error();
    writer.reset();
    // Found after a crash, it would say that this segment ends here.
    const Status gone = segments_.DiscardForGood(header.segment);
    if (!gone.ok()) LogWarn("journal", "file is not removed", {{"reason", gone.message()}});
    failed_ = failed_ || !gone.ok();
    return begun;
  }
  writer_ = std::move(writer);
  ordinals_ = std::make_shared<const Ordinals>(state.routed);
  number_ = header.segment;
  Segment segment;
  segment.header = writer_->header();
  segment.file_bytes = capacity;
  segment.end = writer_->end();
  segment.ordinals = ordinals_;
  segments_.all()[number_] = segment;
  intake_.mask = writer_->mask();
  failed_ = false;
  return {};
}

// What a segment has reserved behind its end, when it will not be used again soon.
void SegmentLog::GiveBackRoom(SegmentWriter& writer) {
  Segment& segment = segments_.all().at(writer.header().segment);
  const Status cut = writer.Truncate();
  if (cut.ok()) segment.file_bytes = segment.end;
}

Status SegmentLog::Finish(const State& state, const LogTime& time) {
  const auto last = writer_;
  RETURN_IF_ERROR(Roll(0, state, time));
  GiveBackRoom(*last);
  GiveBackRoom(*writer_);
  return {};
}

}  // namespace andon::journal
