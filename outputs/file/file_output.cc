#include "outputs/file/file_output.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"

namespace andon::file_output {

namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr Duration kChunkAge = std::chrono::milliseconds(100);
constexpr int kInFlight = 4;  // So many chunks share an fdatasync.
constexpr Duration kCheckPath = std::chrono::seconds(1);
constexpr Duration kRotateAgain = std::chrono::minutes(1);  // After a failure.
constexpr Duration kUpkeepAtMost = std::chrono::minutes(1);
constexpr Duration kUpkeepAtLeast = std::chrono::seconds(1);
constexpr size_t kRememberClosed = 10'000;

WriteResult Failed(const Status& status) {
  WriteResult result;
  result.status = status;
  return result;
}

}  // namespace

FileOutput::FileOutput(const Config& config)
    : config_(config), self_(std::make_shared<FileOutput*>(this)) {}

FileOutput::~FileOutput() { *self_ = nullptr; }

Result<OutputLimits> FileOutput::Prepare(OutputContext& context) {
  context_ = &context;
  const MetricScope& metrics = context.metrics;
  counters_ = {
      .written = &metrics.GetCounter("andon_file_written_bytes_total", "bytes written to files"),
      .cut = &metrics.GetCounter("andon_file_cut_bytes_total",
                                 "bytes cut off at start: their events came again"),
      .missing = &metrics.GetCounter("andon_file_missing_bytes_total",
                                     "delivered bytes that were gone at start"),
      .rotated = &metrics.GetCounter("andon_file_rotated_total", "files that were rotated"),
      .compressed =
          &metrics.GetCounter("andon_file_compressed_total", "files that were compressed")};
  files_ = std::make_unique<FileSet>(context.files, config_.max_open_files);
  stager_ = std::make_unique<Stager>(config_.path, config_.format(), *files_);
  rotation_ = std::make_unique<Rotation>(context.files, config_.rotate, config_.time_zone);
  packer_ = std::make_unique<Packer>(context.files, context.loop, config_.compress,
                                     config_.creation.permissions);
  return OutputLimits{.bytes = kChunkBytes, .age = kChunkAge, .in_flight = kInFlight};
}

void FileOutput::Start() {
  const Status status = Recover();
  if (!status.ok()) {
    LogWarn(context_->id, "cannot look at the files of the last run yet, trying again",
            {{"reason", status.message()}});
  }
  ScheduleUpkeep();
}

void FileOutput::Write(Chunk chunk, WriteDone done) {
  queue_.push_back({std::move(chunk), std::move(done), {}, {}});
  SchedulePump();
}

void FileOutput::Stop(UniqueFunction<void()> done) {
  stopped_ = true;
  upkeep_.reset();
  packer_->Cancel();
  const Status status = Unavailable("file output: stopped before this was written");
  if (current_.has_value()) FailCurrent(status);
  for (Task& task : queue_) task.done(Failed(status));
  queue_.clear();
  done();
}

// Posted, so that chunks that come together are synced together.
void FileOutput::SchedulePump() {
  if (pump_posted_) return;
  pump_posted_ = true;
  context_->loop.Post([self = self_] {
    if (*self != nullptr) (*self)->Pump();
  });
}

void FileOutput::Pump() {
  pump_posted_ = false;
  while (!saving_ && !stopped_ && (current_.has_value() || !queue_.empty())) {
    if (!current_.has_value()) Begin();
    if (current_.has_value() && !Advance()) return;
  }
  if (saving_ || stopped_) return;
  (void)Commit();  // Its failure is in the answers.
  if (files_->size() > config_.max_open_files) Trim(false);
  if (upkeep_ == nullptr) ScheduleUpkeep();
}

void FileOutput::Begin() {
  current_ = std::move(queue_.front());
  queue_.pop_front();
  const Status status = Recover();
  if (!status.ok()) return FailCurrent(status);
  current_->staged = stager_->Stage(current_->chunk);
}

// Brings the current chunk one step on. False: it goes on when a note is durable.
bool FileOutput::Advance() {
  if (BeginRotation(DueForRotation())) return false;
  bool must_note = false;
  Status status = OpenFiles(&must_note);
  if (status.ok() && must_note) status = Commit();
  if (!status.ok()) {
    FailCurrent(status);
    return true;
  }
  if (must_note) {
    SaveNote([this](const Status& noted) {
      if (!noted.ok() && current_.has_value()) FailCurrent(noted);
    });
    return false;
  }
  status = WriteFiles();
  if (status.ok()) {
    EndCurrent();
  } else {
    FailCurrent(status);
  }
  return true;
}

// No byte goes to a file that no durable note names: after a crash nobody would cut it off.
Status FileOutput::OpenFiles(bool* must_note) {
  for (OutputFile* file : current_->staged.files) {
    if (file->known()) RETURN_IF_ERROR(FollowOthers(*file));
    if (!file->known()) RETURN_IF_ERROR(OpenNew(*file));
    *must_note = *must_note || !file->noted;
  }
  return OkStatus();
}

Status FileOutput::OpenNew(OutputFile& file) {
  DropPack(file.path());
  if (!config_.append) RETURN_IF_ERROR(PutAside(file));
  RETURN_IF_ERROR(files_->Open(file, config_.creation));
  const auto before = closed_.find({file.id().device, file.id().inode});
  file.born = before != closed_.end() ? before->second : context_->loop.WallNow().seconds;
  file.last_check = context_->loop.Now();
  return OkStatus();
}

// logrotate and people may move, delete or empty what is written here.
Status FileOutput::FollowOthers(OutputFile& file) {
  const MonotonicTime now = context_->loop.Now();
  if (now - file.last_check >= kCheckPath) {
    file.last_check = now;
    if (!file.IsAtItsPath()) {
      RETURN_IF_ERROR(Commit());
      // As long as it is open it can still be cut, whatever its name is now.
      if (file.torn()) (void)file.CutBackToAnswered();
      LogInfo(context_->id, "file was moved or removed, beginning a new one",
              {{"path", file.path()}});
      file.Forget();
      return OkStatus();
    }
  }
  RETURN_IF_ERROR(files_->Open(file, config_.creation));
  ASSIGN_OR_RETURN(const bool changed, file.FollowSize());
  if (changed) {
    LogWarn(context_->id, "file was changed by somebody else, going on at its end",
            {{"path", file.path()}, {"size", file.written().length}});
  }
  return OkStatus();
}

Status FileOutput::WriteFiles() {
  std::vector<std::pair<OutputFile*, OutputFile::Mark>> begun;
  for (OutputFile* file : current_->staged.files) {
    Status status = files_->Open(*file, config_.creation);
    const OutputFile::Mark before = file->written();
    const size_t size = file->staged().size();
    if (status.ok()) status = file->WriteStaged();
    if (!status.ok()) {
      // Where cutting back fails, it is tried again before the next write.
      for (auto& [other, mark] : begun) (void)other->CutBack(mark);
      current_->ends.clear();
      return status;
    }
    counters_.written->Add(size);
    begun.emplace_back(file, before);
    current_->ends.emplace_back(file, file->written());
  }
  return OkStatus();
}

void FileOutput::EndCurrent() {
  for (OutputFile* file : current_->staged.files) {
    file->in_use = false;
    file->last_write = context_->loop.Now();
    file->DropStaged(files_->spare());
  }
  unsynced_.push_back(*std::move(current_));
  current_.reset();
}

void FileOutput::FailCurrent(const Status& status) {
  Task task = *std::move(current_);
  current_.reset();
  for (OutputFile* file : task.staged.files) {
    file->in_use = false;
    file->DropStaged(files_->spare());
  }
  task.done(Failed(status));
}

Status FileOutput::Commit() {
  if (unsynced_.empty()) return OkStatus();
  Status status = config_.sync == FileSync::kGroup ? files_->SyncAll() : OkStatus();
  files_->ForEach([this](OutputFile& file) { file.LeaveCache(config_.page_cache_bytes); });
  for (Task& task : std::exchange(unsynced_, {})) {
    if (status.ok()) {
      Answer(std::move(task));
    } else {
      task.done(Failed(status));
    }
  }
  return status;
}

// Each answer carries the lengths after its own chunk, not those of the chunks behind it: the
// cursor may stand between them when the process ends.
void FileOutput::Answer(Task task) {
  for (auto& [file, end] : task.ends) file->Answered(std::move(end));
  WriteResult result;
  result.rejected = std::move(task.staged.rejected);
  result.again = std::move(task.staged.again);
  if (!task.ends.empty()) result.note = EncodeFileNote(MakeNote());
  task.done(std::move(result));
}

FileNote FileOutput::MakeNote() const {
  FileNote note;
  files_->ForEach([&note](const OutputFile& file) {
    if (file.known()) note.open.push_back(file.Note());
  });
  note.pack.assign(packs_.begin(), packs_.end());
  return note;
}

// Stores the note, marks its files as noted, then goes on with the chunks. Until then nothing is
// answered: an answer's note and this one would overtake each other. Posted behind the answers that
// were given before.
void FileOutput::SaveNote(UniqueFunction<void(const Status&)> then) {
  saving_ = true;
  std::vector<OutputFile*> named;
  files_->ForEach([&named](OutputFile& file) {
    if (file.known()) named.push_back(&file);
  });
  auto saved = [self = self_, named = std::move(named),
                then = std::move(then)](const Status& status) mutable {
    if (*self == nullptr) return;
    FileOutput& output = **self;
    output.saving_ = false;
    if (output.stopped_) return;
    for (OutputFile* file : named) file->noted = file->noted || status.ok();
    then(status);
    output.SchedulePump();
  };
  context_->loop.Post(
      [self = self_, note = EncodeFileNote(MakeNote()), saved = std::move(saved)]() mutable {
        if (*self != nullptr) (*self)->context_->save_note(std::move(note), std::move(saved));
      });
}

Status FileOutput::Recover() {
  if (recovered_) return OkStatus();
  auto note = DecodeFileNote(context_->note);
  if (!note.ok()) {
    LogError(context_->id, "the lengths of the last run's files are not known",
             {{"reason", note.status().message()}});
    note = FileNote{};
  }
  ASSIGN_OR_RETURN(Recovered last_run, RecoverFiles(context_->files, *note));
  for (RecoveredFile& one : last_run.files) {
    Report(one);
    if (one.file == nullptr) continue;
    RETURN_IF_ERROR(files_->Adopt(one.noted, std::move(one.file)));
    if (one.foreign) files_->Find(one.noted.path)->noted = false;
  }
  if (config_.compress != Compression::kNone) RETURN_IF_ERROR(TakePacks(last_run.packs));
  recovered_ = true;
  return OkStatus();
}

Status FileOutput::TakePacks(const std::vector<NotedPack>& packs) {
  const std::string_view suffix = CompressedSuffix(config_.compress);
  packs_.clear();
  for (NotedPack pack : packs) {
    if (!pack.target.ends_with(suffix)) {
      ASSIGN_OR_RETURN(pack.target, Rotation::PackedName(context_->files, pack.path, suffix));
    }
    packs_.push_back(std::move(pack));
  }
  return OkStatus();
}

void FileOutput::Report(const RecoveredFile& file) {
  counters_.cut->Add(file.cut_bytes);
  counters_.missing->Add(file.missing_bytes);
  const std::string& path = file.noted.path;
  if (file.cut_bytes > 0) {
    LogInfo(context_->id, "file was cut back to what was delivered, the rest comes again",
            {{"path", path}, {"bytes", file.cut_bytes}});
  }
  if (file.missing_bytes > 0) {
    LogError(context_->id, "file is shorter than what was delivered to it",
             {{"path", path}, {"missing_bytes", file.missing_bytes}});
  }
  if (file.foreign) {
    LogError(context_->id, "file does not hold what was delivered to it, going on at its end",
             {{"path", path}});
  }
  if (file.gone) {
    LogInfo(context_->id, "file of the last run is not there any more", {{"path", path}});
  }
}

std::vector<OutputFile*> FileOutput::DueForRotation() const {
  std::vector<OutputFile*> due;
  const MonotonicTime now = context_->loop.Now();
  const EventTime wall = context_->loop.WallNow();
  files_->ForEach([&](OutputFile& file) {
    // While a chunk is written its files only: others wait for upkeep.
    if (current_.has_value() && !file.in_use) return;
    if (rotation_->IsDue(file, wall) && now >= file.rotate_not_before) due.push_back(&file);
  });
  return due;
}

// The final length must be noted before the file gets another name. True: waits for that.
bool FileOutput::BeginRotation(const std::vector<OutputFile*>& due) {
  if (due.empty() || !Commit().ok()) return false;
  for (OutputFile* file : due) {
    file->rotate_not_before = context_->loop.Now() + kRotateAgain;
    auto name = rotation_->NewName(file->path(), context_->loop.WallNow());
    if (!name.ok()) {
      LogWarn(context_->id, "file cannot be rotated, going on with it",
              {{"path", file->path()}, {"reason", name.status().message()}});
      continue;
    }
    if (config_.compress != Compression::kNone) {
      const std::string target = *name + std::string(CompressedSuffix(config_.compress));
      packs_.push_back({*name, file->id(), target, ""});
    }
    rotating_.push_back({file, *std::move(name)});
  }
  if (rotating_.empty()) return false;
  SaveNote([this](const Status& noted) { FinishRotation(noted); });
  return true;
}

void FileOutput::FinishRotation(const Status& noted) {
  for (const auto& [file, name] : std::exchange(rotating_, {})) {
    Status status = noted;
    if (status.ok()) status = context_->files.Rename(file->path(), name);
    if (!status.ok()) {
      DropPack(name);
      LogWarn(context_->id, "file cannot be rotated, going on with it",
              {{"path", file->path()}, {"reason", status.message()}});
      continue;
    }
    counters_.rotated->Add();
    file->Forget();
    file->rotate_not_before = {};
    status = rotation_->RemoveOld(file->path());
    if (!status.ok()) {
      LogWarn(context_->id, "old files cannot be removed", {{"reason", status.message()}});
    }
  }
  if (config_.compress != Compression::kNone) PackNext();
}

// With append: false a file that somebody else has begun gets a rotated name.
Status FileOutput::PutAside(const OutputFile& file) {
  auto there = context_->files.Open(file.path(), {.mode = OpenMode::kRead});
  if (!there.ok()) return OkStatus();  // Opening it for writing says what is wrong, if anything.
  ASSIGN_OR_RETURN(const FileId id, (*there)->Id());
  if (closed_.contains({id.device, id.inode})) return OkStatus();
  ASSIGN_OR_RETURN(const std::string name,
                   rotation_->NewName(file.path(), context_->loop.WallNow()));
  return context_->files.Rename(file.path(), name);
}

// Nothing is written there any more, as far as the clock can say.
bool FileOutput::IsOver(std::string_view path, std::string_view tag) const {
  if (!config_.path.has_time()) return false;
  std::string now;
  return config_.path.Render(tag, context_->loop.WallNow().seconds, &now) != nullptr || now != path;
}

void FileOutput::Trim(bool close_old) {
  const MonotonicTime idle_since = context_->loop.Now() - config_.close_after;
  files_->Trim(
      [&](const OutputFile& file) {
        return close_old && file.last_write <= idle_since && IsOver(file.path(), file.tag());
      },
      [this](const OutputFile& file) { Closed(file); });
}

void FileOutput::Closed(const OutputFile& file) {
  if (!file.known()) return;
  if (closed_.size() >= kRememberClosed) closed_.clear();
  closed_[{file.id().device, file.id().inode}] = file.born;
  if (config_.compress == Compression::kNone || !config_.path.has_time()) return;
  const auto target =
      Rotation::PackedName(context_->files, file.path(), CompressedSuffix(config_.compress));
  if (target.ok()) packs_.push_back({file.path(), file.id(), *target, file.tag()});
}

void FileOutput::DropPack(std::string_view path) {
  std::erase_if(packs_, [path](const NotedPack& pack) { return pack.path == path; });
  if (packer_->busy() && packer_->pack().path == path) packer_->Cancel();
}

void FileOutput::PackNext() {
  if (saving_ || packer_->busy()) return;
  // A rotated file is complete; a dated one when its time is over.
  const auto next = std::ranges::find_if(packs_, [this](const NotedPack& pack) {
    return pack.tag.empty() || !config_.path.has_time() || IsOver(pack.path, pack.tag);
  });
  if (next == packs_.end()) return;
  SaveNote([this, pack = *next](const Status& noted) mutable {
    const bool wanted = std::ranges::find(packs_, pack) != packs_.end();
    if (!noted.ok() || !wanted) return;
    packer_->Start(std::move(pack), [this](const Status& status) { Packed(status); });
  });
}

void FileOutput::Packed(const Status& status) {
  const NotedPack pack = packer_->pack();
  if (status.ok()) {
    counters_.compressed->Add();
    std::erase(packs_, pack);
    PackNext();
    return;
  }
  LogWarn(context_->id, "file cannot be compressed, trying again later",
          {{"path", pack.path}, {"reason", status.message()}});
  // Behind the others; gone when it is no longer there.
  std::erase(packs_, pack);
  const auto settled = Packer::Settle(context_->files, pack);
  if (!settled.ok() || !*settled) packs_.push_back(pack);
}

void FileOutput::ScheduleUpkeep() {
  const bool by_time = config_.rotate.age > Duration::zero() || config_.path.has_time();
  if (stopped_ || (!by_time && packs_.empty())) return;
  Duration wait = std::min(kUpkeepAtMost, config_.close_after / 2);
  if (config_.rotate.age > Duration::zero()) wait = std::min(wait, config_.rotate.age / 2);
  upkeep_ = context_->loop.After(std::max(wait, kUpkeepAtLeast), [self = self_] {
    // Posted: a timer must not be destroyed inside its own task.
    FileOutput& output = **self;
    output.context_->loop.Post([self] {
      if (*self != nullptr && !(*self)->stopped_) (*self)->Upkeep();
    });
  });
}

void FileOutput::Upkeep() {
  upkeep_.reset();
  if (!saving_ && !current_.has_value() && recovered_) {
    Trim(true);
    if (!BeginRotation(DueForRotation())) PackNext();
  }
  if (files_->size() > 0 || !packs_.empty()) ScheduleUpkeep();
}

}  // namespace andon::file_output
