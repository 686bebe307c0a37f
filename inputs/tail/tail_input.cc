#include "inputs/tail/tail_input.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/log.h"

namespace andon::tail {
namespace {

constexpr size_t kSmallSlice = size_t{64} << 10;  // Of one that grows little by little.
constexpr size_t kSlice = size_t{256} << 10;      // Of one file, while others wait.
constexpr size_t kTurnBytes = size_t{256} << 10;  // Of one Emit, about: what a cache holds.
constexpr size_t kFilesPerTurn = 256;
constexpr Duration kForgetMissing = std::chrono::hours(24 * 7);

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
  files_gauge_ = &context.metrics.GetGauge("andon_tail_files", "files that are followed",
                                           {{"worker", std::to_string(context.worker)}});
  // Asked before any worker starts: the first start is the same for all of them.
  first_start_ = !context.positions.Find(StartedSource(context.id)).has_value();
  stored_ = std::make_unique<StoredPositions>(context.id);
  turn_ = std::make_unique<Turn>(config_, context);
  watches_ =
      std::make_unique<FileWatches>(config_, finder_, context, static_cast<WatchHandler&>(*this));
  reader_ = std::make_unique<FileReader>(context, open_, *watches_, *turn_);
  return watches_->Open();
}

void TailInput::Start(Emitter& emitter) {
  emitter_ = &emitter;
  stored_->Load(context_->positions, context_->worker, context_->workers);
  turn_->Begin();
  scanning_at_start_ = true;
  Scan();
  FollowRenamed();
  scanning_at_start_ = false;
  turn_->Emit(*emitter_);
  if (first_start_ && context_->worker == 0) {
    const std::string source = StartedSource(context_->id);
    const Position started{source, AsBytes(kStartedValue)};
    emitter_->Emit(std::span<const EventBatch>(), {&started, 1}, Ack());
  }
  if (context_->worker == 0) SayUnmatched();
  watches_->Start();
}

// A misspelt path and one that appears tomorrow look the same: both are said once.
void TailInput::SayUnmatched() const {
  for (const Unmatched& one : finder_.FindUnmatched()) {
    LogWarn(context_->id, "no file to follow yet, waiting for one",
            {{"path", one.pattern}, {"reason", one.reason}});
  }
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
  chores_.reset();
  watches_.reset();
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
    if (std::exchange(file->failed, false)) Queue(*file);
  }
  watches_->SetFolders(finder_.Folders());
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
  watches_->Add(file);
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
  turn_->Touch(file);  // So that it is known even if it is renamed before it has a whole line.
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

void TailInput::OnLost() {
  for (auto& [id, file] : files_) Queue(*file);
  ScheduleScan(kScanPause);
}

void TailInput::ScheduleScan(Duration wait) {
  const MonotonicTime due = context_->loop.Now() + wait;
  if (!running() || due >= scan_due_) return;
  scan_due_ = due;
  scan_ = context_->loop.After(wait, [this] { Scan(); });
}

// Names are looked for by Scan; this looks whether files have grown, or shrunk.
void TailInput::OnPoll() {
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
  if (watches_->polls_all()) ScheduleScan(kScanPause);
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
    if (*self != nullptr) (*self)->RunTurn();
  });
}

void TailInput::RunTurn() {
  turn_posted_ = false;
  if (paused_ || !running()) return;
  turn_->Begin();
  const size_t slice = ready_.size() == 1 ? kTurnBytes : kSlice;
  size_t files = std::min(ready_.size(), kFilesPerTurn);
  for (; files > 0 && turn_->bytes() < kTurnBytes; --files) {
    TailedFile& file = *ready_.front();
    ready_.pop_front();
    file.queued = false;
    ReadFile(file, file.at_end ? kSmallSlice : slice);
  }
  turn_->Emit(*emitter_);
  DropEnded();
  if (ready_.empty()) {
    reader_->Release();
    if (turn_->bytes() > kSlice) turn_->Shrink();
  } else {
    ScheduleTurn();
  }
}

void TailInput::ReadFile(TailedFile& file, size_t slice) {
  switch (reader_->Read(file, slice)) {
    case FileReader::Next::kAgain:
      return Queue(file);
    case FileReader::Next::kWait:
      return ScheduleChores(DueOf(file));
    case FileReader::Next::kGone:
      if (file.leaving.has_value()) return End(file);
      return ScheduleScan(kScanPause);  // It finds out whether it was renamed or removed.
    case FileReader::Next::kFailed:
      file.failed = true;
      return ScheduleScan(config_.refresh_interval);
  }
}

}  // namespace andon::tail
