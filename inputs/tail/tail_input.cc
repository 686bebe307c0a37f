#include "inputs/tail/tail_input.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/log.h"
#include "inputs/tail/file_hash.h"

namespace andon::tail {

namespace {

constexpr size_t kSmallSlice = size_t{64} << 10;  // Of one that grows little by little.
constexpr size_t kSlice = size_t{256} << 10;      // Of one file, while others wait.
constexpr size_t kTurnBytes = size_t{256} << 10;  // Of one Emit, about: what a cache holds.
constexpr size_t kFilesPerTurn = 256;
constexpr Duration kScanPause = std::chrono::milliseconds(50);  // After a name came or went.
constexpr Duration kForgetRenamed = std::chrono::hours(24);
constexpr Duration kForgetMissing = std::chrono::hours(24 * 7);

uint64_t BootHash() {
  const auto id = ReadFile(RealFileSystem(), "/proc/sys/kernel/random/boot_id");
  return id.ok() ? HashOf(*id) : 0;
}

}  // namespace

TailInput::TailInput(const Config& config)
    : config_(config),
      split_{.max_bytes = config.max_line_bytes,
             .start = config.start.empty() ? nullptr : &config_.start},
      finder_(config.path, config.exclude),
      open_(config.max_open_files),
      self_(std::make_shared<TailInput*>(this)) {
  if (!HasPath(config.tag)) tag_ = std::make_shared<const Tag>(config.tag);
}

TailInput::~TailInput() { *self_ = nullptr; }

Status TailInput::Prepare(InputContext& context) {
  context_ = &context;
  overlap_bytes_ = &context.metrics.GetCounter(
      "andon_tail_overlap_bytes_total",
      "bytes of files that had lost their end: read again, their lines may be doubled");
  cut_lines_ = &context.metrics.GetCounter("andon_tail_cut_lines_total",
                                           "lines that were longer than max_line_size and cut");
  files_gauge_ = &context.metrics.GetGauge("andon_tail_files", "files that are followed",
                                           {{"worker", std::to_string(context.worker)}});
  boot_ = BootHash();
  // Asked before any worker starts: the first start is the same for all of them.
  first_start_ = !context.positions.Find(StartedSource(context.id)).has_value();
  events_ = std::make_unique<LineEvents>(config_, context.id);
  stored_ = std::make_unique<StoredPositions>(context.id);
  polling_ = config_.watch == WatchMode::kPoll;
  if (polling_) return OkStatus();
  watcher_ = std::make_unique<Watcher>(
      context.loop, [this](std::string_view name) { return finder_.MayMatter(name); },
      [this](const WatchEvents& events) { OnEvents(events); });
  const Status opened = watcher_->Open();
  if (opened.ok()) return opened;
  if (config_.watch == WatchMode::kInotify) return opened.WithSubject("tail");
  LogWarn(context.id, "files are polled: there is no inotify", {{"reason", opened.message()}});
  watcher_.reset();
  polling_ = true;
  return OkStatus();
}

void TailInput::Start(Emitter& emitter) {
  emitter_ = &emitter;
  stored_->Load(context_->positions, context_->worker, context_->workers);
  events_->Begin(context_->loop.WallNow());
  scanning_at_start_ = true;
  Scan();
  FollowRenamed();
  scanning_at_start_ = false;
  EmitTurn();
  if (first_start_ && context_->worker == 0) {
    const std::string source = StartedSource(context_->id);
    const Position started{source, AsBytes("1")};
    emitter_->Emit(std::span<const EventBatch>(), {&started, 1}, Ack());
  }
  SchedulePoll();
}

void TailInput::Resume() {
  paused_ = false;
  if (!running()) return;
  ScheduleTurn();
  ScheduleChores(context_->loop.Now());
}

void TailInput::Stop(UniqueFunction<void()> done) {
  emitter_ = nullptr;
  scan_.reset();
  poll_.reset();
  chores_.reset();
  watcher_.reset();
  ready_.clear();
  files_.clear();
  done();
}

// Compares the names that are there with the files that are followed.
void TailInput::Scan() {
  scan_due_ = MonotonicTime::max();
  for (auto& [id, file] : files_) file->seen = false;
  for (const FoundFile& found : finder_.Find()) {
    if (StoredPositions::IsMine(found.info.id, context_->worker, context_->workers)) Meet(found);
  }
  for (auto& [id, file] : files_) {
    if (!file->seen && !file->leaving.has_value()) Leave(*file);
  }
  if (watcher_ != nullptr && !watcher_->SetFolders(finder_.Folders()) && !polling_ &&
      config_.watch == WatchMode::kAuto) {
    LogWarn(context_->id, "some folders cannot be watched, they are polled besides",
            {{"reason", std::strerror(errno)}});
    polling_ = true;
    SchedulePoll();
  }
  EraseForgotten();
  files_gauge_->Set(static_cast<double>(files_.size()));
  ScheduleScan(config_.refresh_interval);
}

void TailInput::Meet(const FoundFile& found) {
  const auto known = files_.find(found.info.id);
  if (known != files_.end()) {
    TailedFile& file = *known->second;
    if (file.is_open() || file.IsSame(found.info)) {
      file.seen = true;
      file.leaving.reset();
      file.path = found.path;
      if (found.info.size != file.read() || found.info.modified != file.modified) Queue(file);
      file.modified = found.info.modified;
      return;
    }
    Drop(found.info.id);  // Its inode is another file's now.
  }
  auto stored = stored_->Take(found.info.id, found.path);
  const std::string name = stored.has_value() ? stored->path : found.path;
  TailedFile& file = Track(found.info.id, name, found.path);
  file.seen = true;
  file.resume = std::move(stored);
  if (!file.resume.has_value()) BeginNew(file);
}

TailedFile& TailInput::Track(const FileId& id, const std::string& name, std::string path) {
  auto made = std::make_unique<TailedFile>(id, name, split_);
  TailedFile& file = *made;
  file.path = std::move(path);
  file.tag = tag_ != nullptr ? tag_ : std::make_shared<const Tag>(TagOf(config_.tag, name));
  file.last_read = context_->loop.Now();
  files_[id] = std::move(made);
  stored_->Keep(id);
  WatchFile(file);
  Queue(file);
  return file;
}

// Files that appear while andond runs, or between two runs, are new from their head on.
void TailInput::BeginNew(TailedFile& file) {
  const bool from_tail = scanning_at_start_ && first_start_ && config_.read_from == ReadFrom::kTail;
  if (from_tail && open_.Open(file)) {
    file.BeginAtTail();
  } else {
    file.BeginAt(0);
  }
  Touch(file);  // So that it is known even if it is renamed before it has a whole line.
}

void TailInput::WatchFile(TailedFile& file) {
  if (watcher_ == nullptr) return;
  const int before = std::exchange(file.watch, watcher_->AddFile(file.path));
  const int error = errno;
  if (before >= 0 && before != file.watch) watches_.erase(before);
  if (file.watch >= 0) watches_[file.watch] = &file;
  const bool seen = file.watch >= 0 && Watcher::Sees(file.path);
  if (seen || polling_ || config_.watch != WatchMode::kAuto) return;
  LogWarn(context_->id, "some files cannot be watched, files are polled besides",
          {{"path", file.path},
           {"reason", file.watch < 0 ? std::strerror(error) : "network file system"}});
  polling_ = true;
  SchedulePoll();
}

// The file is under no name of the patterns any more. While it is open, nothing of it is lost.
void TailInput::Leave(TailedFile& file) {
  file.leaving = context_->loop.Now();
  if (!open_.Open(file) && errno != ENOENT) {
    LogWarn(context_->id, "file was renamed or removed and cannot be opened",
            {{"path", file.path}, {"reason", std::strerror(errno)}});
  }
  Queue(file);
  ScheduleChores(DueOf(file));
}

// Files that were renamed while andond was down are read to their end.
void TailInput::FollowRenamed() {
  for (auto& [id, position] : stored_->TakeRest()) {
    const size_t slash = position.path.rfind('/');
    const std::string folder =
        slash == std::string::npos ? "." : position.path.substr(0, std::max<size_t>(slash, 1));
    const auto path = FindByInode(folder, id);
    if (path.has_value() && !IsCompressedName(*path)) {
      TailedFile& file = Track(id, position.path, *path);
      file.resume = std::move(position);
      Leave(file);
      continue;
    }
    const auto now = static_cast<int64_t>(context_->loop.WallNow().seconds);
    const Duration age = std::chrono::seconds(std::max<int64_t>(now - position.seconds, 0));
    stored_->Forget(id, context_->loop.Now() + std::max(kForgetMissing - age, Duration::zero()));
    LogInfo(context_->id, "file of the last run is not there any more",
            {{"path", position.path}, {"read_up_to", position.offset}});
  }
}

void TailInput::OnEvents(const WatchEvents& events) {
  if (!running()) return;
  for (const int watch : events.changed) {
    const auto found = watches_.find(watch);
    if (found != watches_.end()) Queue(*found->second);
  }
  if (events.lost) {
    for (auto& [id, file] : files_) Queue(*file);
  }
  if (events.names || events.lost) ScheduleScan(kScanPause);
}

void TailInput::ScheduleScan(Duration wait) {
  const MonotonicTime due = context_->loop.Now() + wait;
  if (!running() || due >= scan_due_) return;
  scan_due_ = due;
  scan_ = context_->loop.After(wait, [this] { Scan(); });
}

void TailInput::SchedulePoll() {
  if (!polling_ || !running()) return;
  poll_ = context_->loop.After(config_.poll_interval, [this] {
    Poll();
    SchedulePoll();
  });
}

// Names are looked for by Scan; this looks whether files have grown, or shrunk.
void TailInput::Poll() {
  for (auto& [id, file] : files_) {
    const auto info = file->is_open() ? file->file().Look() : Look(file->path);
    if (!info.has_value() || info->id != id) {
      if (file->leaving.has_value()) {
        Queue(*file);  // Looks for it under another name.
      } else {
        ScheduleScan(kScanPause);
      }
      continue;
    }
    if (info->size == file->read() && info->modified == file->modified) continue;
    file->modified = info->modified;
    Queue(*file);
  }
  if (watcher_ == nullptr) ScheduleScan(kScanPause);
}

void TailInput::Queue(TailedFile& file) {
  if (file.queued) return;
  file.queued = true;
  ready_.push_back(&file);
  ScheduleTurn();
}

void TailInput::ScheduleTurn() {
  if (turn_posted_ || paused_ || ready_.empty()) return;
  turn_posted_ = true;
  context_->loop.Post([self = self_] {
    if (*self != nullptr) (*self)->Turn();
  });
}

void TailInput::Turn() {
  turn_posted_ = false;
  if (paused_ || !running()) return;
  events_->Begin(context_->loop.WallNow());
  const size_t slice = ready_.size() == 1 ? kTurnBytes : kSlice;
  size_t files = std::min(ready_.size(), kFilesPerTurn);
  for (; files > 0 && events_->bytes() < kTurnBytes; --files) {
    TailedFile& file = *ready_.front();
    ready_.pop_front();
    file.queued = false;
    ReadFile(file, file.at_end ? kSmallSlice : slice);
  }
  EmitTurn();
  DropEnded();
  if (ready_.empty()) {
    buffer_.Release();
    if (events_->bytes() > kSlice) events_->Shrink();
  } else {
    ScheduleTurn();
  }
}

void TailInput::ReadFile(TailedFile& file, size_t slice) {
  if (!OpenAndResume(file)) return;
  if (buffer_.capacity() < slice) buffer_ = ByteBuffer(slice);
  const std::span<char> buffer{reinterpret_cast<char*>(buffer_.data()), slice};
  const uint64_t emitted = file.emitted();
  const uint64_t read = file.read();
  events_->Aim(*file.tag, file.name());
  const TailedFile::Outcome outcome = file.Read(buffer, *events_);
  if (file.read() != read) {
    file.last_read = context_->loop.Now();
    open_.Used(file);
  }
  if (file.emitted() != emitted) Touch(file);
  file.at_end = outcome == TailedFile::Outcome::kEnd;
  switch (outcome) {
    case TailedFile::Outcome::kMore:
      Queue(file);
      break;
    case TailedFile::Outcome::kEnd:
      ScheduleChores(DueOf(file));
      break;
    case TailedFile::Outcome::kRewritten:
      Rewritten(file);
      break;
    case TailedFile::Outcome::kFailed:
      LogWarn(context_->id, "file cannot be read, trying again",
              {{"path", file.path}, {"reason", std::strerror(errno)}});
      open_.Close(file);
  }
}

void TailInput::CannotOpen(TailedFile& file, int error) {
  file.at_end = true;
  if (error != ENOENT) {
    LogWarn(context_->id, "file cannot be opened, trying again",
            {{"path", file.path}, {"reason", std::strerror(error)}});
  } else if (file.leaving.has_value()) {
    End(file);
  } else {
    ScheduleScan(kScanPause);  // It finds out whether it was renamed or removed.
  }
}

bool TailInput::OpenAndResume(TailedFile& file) {
  if (!file.is_open()) {
    if (!open_.Open(file)) {
      CannotOpen(file, errno);
      return false;
    }
    WatchFile(file);  // Again: while it was closed, its inode may have become another file's.
  }
  if (!file.resume.has_value()) return true;
  const TailPosition position = *std::exchange(file.resume, std::nullopt);
  const ResumePoint found = file.ResumeAt(position);
  if (found.how == ResumePoint::How::kExact) return true;
  Touch(file);
  overlap_bytes_->Add(found.overlap);
  if (found.how == ResumePoint::How::kNew) {
    LogInfo(context_->id, "file holds something else than in the last run, reading from its head",
            {{"path", file.path}});
  } else {
    LogWarn(context_->id, "file had lost its end, some lines may be sent twice",
            {{"path", file.path},
             {"bytes", found.overlap},
             {"since", position.boot == boot_ ? "the last run" : "before the machine started"}});
  }
  return true;
}

// What was read is not there any more: copytruncate, or somebody emptied the file.
void TailInput::Rewritten(TailedFile& file) {
  const TailPosition before = file.position();
  file.Flush(*events_);
  const ResumePoint found = file.ResumeAt(before);
  overlap_bytes_->Add(found.overlap);
  LogInfo(context_->id, "file was cut, going on from where it is the same",
          {{"path", file.path}, {"offset", found.offset}});
  Touch(file);
  Queue(file);
}

void TailInput::Touch(TailedFile& file) {
  if (file.touched) return;
  file.touched = true;
  touched_.push_back(&file);
}

// Everything that this turn has read, and how far, as one.
void TailInput::EmitTurn() {
  const std::span<const EventBatch> batches = events_->Batches(emitter_->tags());
  std::vector<std::string> texts;  // Sources and values; reserved, so that they do not move.
  texts.reserve(2 * touched_.size() + erased_.size());
  std::vector<Position> covers;
  covers.reserve(touched_.size() + erased_.size());
  for (TailedFile* file : touched_) {
    file->touched = false;
    file->Stamp(boot_, context_->loop.WallNow().seconds);
    const std::string& source = texts.emplace_back(FileSource(context_->id, file->id()));
    covers.push_back({source, AsBytes(texts.emplace_back(EncodePosition(file->position())))});
  }
  for (const FileId& id : erased_) {
    covers.push_back(
        {texts.emplace_back(FileSource(context_->id, id)), {}, Position::Kind::kErase});
  }
  touched_.clear();
  erased_.clear();
  if (covers.empty() && batches.empty()) return;
  context_->ledger.Received(events_->events() + events_->dropped());
  if (events_->dropped() > 0) context_->ledger.Dropped("too_long", events_->dropped());
  cut_lines_->Add(events_->cut());
  emitter_->Emit(batches, covers, Ack());
}

// When something is to be done with a file although it does not change.
MonotonicTime TailInput::DueOf(const TailedFile& file) const {
  MonotonicTime due = MonotonicTime::max();
  if (file.leaving.has_value()) {
    due = std::max(file.last_read, *file.leaving) +
          (file.is_open() ? config_.rotate_wait : kForgetRenamed);
  } else if (file.is_open()) {
    due = file.last_read + config_.close_after;
  }
  if (file.pending() && config_.flush_after > Duration::zero()) {
    due = std::min(due, file.last_read + config_.flush_after);
  }
  return due;
}

void TailInput::ScheduleChores(MonotonicTime due) {
  if (!running() || due >= chores_due_) return;
  chores_due_ = due;
  const Duration wait = std::max(due - context_->loop.Now(), Duration::zero());
  chores_ = context_->loop.After(wait, [this] { Chores(); });
}

void TailInput::Chores() {
  chores_due_ = MonotonicTime::max();
  if (paused_) return;  // Resume calls again.
  events_->Begin(context_->loop.WallNow());
  const MonotonicTime now = context_->loop.Now();
  MonotonicTime next = open_.CloseIdle(now - config_.close_after);
  if (next != MonotonicTime::max()) next += config_.close_after;
  for (auto& [id, file] : files_) {
    if (!file->leaving.has_value() && !file->pending()) continue;
    if (DueOf(*file) <= now) {
      FlushIdle(*file);
      if (file->leaving.has_value()) EndLeaving(*file);
    }
    if (ended_.empty() || ended_.back() != id)
      next = std::min(next, std::max(DueOf(*file), now + kScanPause));
  }
  EmitTurn();
  DropEnded();
  if (next != MonotonicTime::max()) ScheduleChores(next);
}

void TailInput::FlushIdle(TailedFile& file) {
  const MonotonicTime now = context_->loop.Now();
  if (!file.pending() || file.queued || config_.flush_after <= Duration::zero() ||
      file.last_read + config_.flush_after > now) {
    return;
  }
  events_->Aim(*file.tag, file.name());
  file.Flush(*events_);
  Touch(file);
}

// A file that left and has not grown for a while is closed. As long as it is there under another
// name, somebody may still write to it: then it is opened again.
void TailInput::EndLeaving(TailedFile& file) {
  const MonotonicTime now = context_->loop.Now();
  if (!file.is_open()) {
    if (std::max(file.last_read, *file.leaving) + kForgetRenamed <= now) End(file);
    return;
  }
  if (std::max(file.last_read, *file.leaving) + config_.rotate_wait > now) return;
  const auto info = file.file().Look();
  if (file.queued || (info.has_value() && info->size > file.read())) return Queue(file);
  if (file.pending()) {
    events_->Aim(*file.tag, file.name());
    file.Flush(*events_);
    Touch(file);
  }
  if (info.has_value() && info->links == 0) {
    End(file);
  } else {
    open_.Close(file);
  }
}

// The file is done with when this turn has been emitted.
void TailInput::End(TailedFile& file) {
  LogDebug(context_->id, "file is done with", {{"path", file.path}, {"read_up_to", file.read()}});
  std::erase(touched_, &file);
  file.touched = false;
  erased_.push_back(file.id());
  ended_.push_back(file.id());
}

void TailInput::DropEnded() {
  for (const FileId& id : std::exchange(ended_, {})) Drop(id);
}

void TailInput::Drop(const FileId& id) {
  const auto found = files_.find(id);
  if (found == files_.end()) return;
  TailedFile& file = *found->second;
  open_.Close(file);
  if (file.watch >= 0) {
    watches_.erase(file.watch);
    if (watcher_ != nullptr) watcher_->RemoveFile(file.watch);
  }
  std::erase(ready_, &file);
  std::erase(touched_, &file);
  files_.erase(found);
}

void TailInput::EraseForgotten() {
  const std::vector<FileId> forgotten = stored_->TakeForgotten(context_->loop.Now());
  for (const FileId& id : forgotten) {
    if (!files_.contains(id)) erased_.push_back(id);
  }
  if (erased_.empty() || scanning_at_start_) return;
  events_->Begin(context_->loop.WallNow());
  EmitTurn();
}

}  // namespace andon::tail
