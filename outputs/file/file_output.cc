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
  if (files_->crowded()) Trim(false);
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
    const size_t size = file->staged_bytes().size();
    if (status.ok()) {
      status = file->WriteStaged(config_.sync == FileSync::kGroup, context_->loop.Now());
    }
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

}  // namespace andon::file_output
