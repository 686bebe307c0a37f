// Files that are full or whose time is over: rotation, closing, compression.
#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "outputs/file/file_output.h"

namespace andon::file_output {

namespace {

constexpr Duration kRotateAgain = std::chrono::minutes(1);  // After a failure.
constexpr Duration kUpkeepAtMost = std::chrono::minutes(1);
constexpr Duration kUpkeepAtLeast = std::chrono::seconds(1);
constexpr size_t kRememberClosed = 10'000;

}  // namespace

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
bool FileOutput::IsOver(std::string_view path, std::string_view source) const {
  if (!config_.path.has_time()) return false;
  std::string now;
  return config_.path.Render(source, context_->loop.WallNow().seconds, &now) != nullptr ||
         now != path;
}

void FileOutput::Trim(bool close_old) {
  const MonotonicTime idle_since = context_->loop.Now() - config_.close_after;
  files_->Trim(
      [&](const OutputFile& file) {
        return close_old && file.last_write <= idle_since && IsOver(file.path(), file.source());
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
  if (target.ok()) packs_.push_back({file.path(), file.id(), *target, file.source()});
}

void FileOutput::DropPack(std::string_view path) {
  std::erase_if(packs_, [path](const NotedPack& pack) { return pack.path == path; });
  if (packer_->busy() && packer_->pack().path == path) packer_->Cancel();
}

void FileOutput::PackNext() {
  if (saving_ || packer_->busy()) return;
  // A rotated file is complete; a dated one when its time is over.
  const auto next = std::ranges::find_if(packs_, [this](const NotedPack& pack) {
    return pack.source.empty() || !config_.path.has_time() || IsOver(pack.path, pack.source);
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
  if (!files_->empty() || !packs_.empty()) ScheduleUpkeep();
}

}  // namespace andon::file_output
