#include "inputs/tail/file_watches.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/log.h"

namespace andon::tail {

FileWatches::FileWatches(const TailConfig& config, const PathFinder& finder, InputContext& context,
                         WatchHandler& handler)
    : mode_(config.watch),
      poll_interval_(config.poll_interval),
      finder_(finder),
      context_(context),
      handler_(handler) {}

Status FileWatches::Open() {
  polling_ = mode_ == WatchMode::kPoll;
  if (polling_) return OkStatus();
  watcher_ = std::make_unique<Watcher>(
      context_.loop, [this](std::string_view name) { return finder_.MayMatter(name); },
      [this](const WatchEvents& events) { OnEvents(events); });
  Status opened = watcher_->Open();
  if (opened.ok()) return opened;
  if (mode_ == WatchMode::kInotify) return opened.WithSubject("tail");
  LogWarn(context_.id, "files are polled: there is no inotify", {{"reason", opened.message()}});
  watcher_.reset();
  polling_ = true;
  return OkStatus();
}

void FileWatches::Start() {
  started_ = true;
  SchedulePoll();
}

void FileWatches::Add(TailedFile& file) {
  if (watcher_ == nullptr) return;
  const int before = std::exchange(file.watch, watcher_->AddFile(file.path));
  const int error = errno;
  if (before >= 0 && before != file.watch) files_.erase(before);
  if (file.watch >= 0) files_[file.watch] = &file;
  const bool seen = file.watch >= 0 && Watcher::Sees(file.path);
  if (seen || polling_ || mode_ != WatchMode::kAuto) return;
  LogWarn(context_.id, "some files cannot be watched, files are polled besides",
          {{"path", file.path},
           {"reason", file.watch < 0 ? std::strerror(error) : "network file system"}});
  PollToo();
}

void FileWatches::Remove(TailedFile& file) {
  if (file.watch < 0) return;
  files_.erase(file.watch);
  if (watcher_ != nullptr) watcher_->RemoveFile(file.watch);
}

void FileWatches::SetFolders(const std::set<std::string>& folders) {
  if (watcher_ == nullptr || watcher_->SetFolders(folders)) return;
  const int error = errno;
  if (polling_ || mode_ != WatchMode::kAuto) return;
  LogWarn(context_.id, "some folders cannot be watched, they are polled besides",
          {{"reason", std::strerror(error)}});
  PollToo();
}

void FileWatches::OnEvents(const WatchEvents& events) {
  if (!started_) return;
  for (const int watch : events.changed) {
    const auto found = files_.find(watch);
    if (found != files_.end()) handler_.OnChanged(*found->second);
  }
  if (events.lost) handler_.OnLost();
  if (events.names) handler_.OnNames();
}

void FileWatches::PollToo() {
  polling_ = true;
  SchedulePoll();
}

void FileWatches::SchedulePoll() {
  if (!polling_ || !started_) return;
  poll_ = context_.loop.After(poll_interval_, [this] {
    handler_.OnPoll();
    SchedulePoll();
  });
}

}  // namespace andon::tail
