#include "inputs/tail/watcher.h"

#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace andon::tail {

namespace {

constexpr uint32_t kFileEvents = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;
constexpr uint32_t kFolderEvents =
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;
// f_type of statfs(2), where other machines write too.
constexpr std::array<uint32_t, 7> kRemote = {0x6969 /* NFS */,
                                             0x517b /* SMB */,
                                             0xff534d42 /* CIFS */,
                                             0xfe534d42 /* SMB2 */,
                                             0x65735546 /* FUSE */,
                                             0x01021997 /* 9P */,
                                             0x00c36400 /* Ceph */};

}  // namespace

Watcher::Watcher(Loop& loop, std::function<bool(std::string_view)> matters,
                 UniqueFunction<void(const WatchEvents&)> on_events)
    : loop_(loop), matters_(std::move(matters)), on_events_(std::move(on_events)) {}

Status Watcher::Open() {
  fd_ = UniqueFd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd_.valid()) return ErrnoStatus("inotify", errno);
  ASSIGN_OR_RETURN(watch_,
                   loop_.WatchFd(fd_.get(), Interest::kRead, [this](Interest) { OnReadable(); }));
  return OkStatus();
}

int Watcher::AddFile(const std::string& path) {
  return inotify_add_watch(fd_.get(), path.c_str(), kFileEvents);
}

void Watcher::RemoveFile(int watch) {
  if (watch >= 0) (void)inotify_rm_watch(fd_.get(), watch);
}

bool Watcher::SetFolders(const std::set<std::string>& folders) {
  for (auto it = folders_.begin(); it != folders_.end();) {
    if (folders.contains(it->first)) {
      ++it;
      continue;
    }
    (void)inotify_rm_watch(fd_.get(), it->second);
    folder_watches_.erase(it->second);
    it = folders_.erase(it);
  }
  bool all = true;
  for (const std::string& folder : folders) {
    // Added every time: under the same name there may be another folder by now.
    const int watch =
        inotify_add_watch(fd_.get(), folder.c_str(), kFolderEvents | IN_ONLYDIR | IN_MASK_ADD);
    if (watch < 0) {
      all = false;
      continue;
    }
    folders_[folder] = watch;
    folder_watches_.insert(watch);
  }
  return all;
}

bool Watcher::Sees(const std::string& path) {
  struct statfs info {};
  if (statfs(path.c_str(), &info) != 0) return true;
  const auto type = static_cast<uint32_t>(info.f_type);
  for (const uint32_t remote : kRemote) {
    if (type == remote) return false;
  }
  return true;
}

void Watcher::OnReadable() {
  const Duration since = loop_.Now() - drained_;
  if (since >= kPause) return Drain();
  watch_->Set(Interest::kNone);
  pause_ = loop_.After(kPause - since, [this] { Drain(); });
}

void Watcher::Drain() {
  drained_ = loop_.Now();
  watch_->Set(Interest::kRead);
  WatchEvents events;
  alignas(inotify_event) std::array<char, 64 << 10> bytes;
  for (;;) {
    const ssize_t came = read(fd_.get(), bytes.data(), bytes.size());
    if (came < 0 && errno == EINTR) continue;
    if (came <= 0) break;
    Take(bytes.data(), static_cast<size_t>(came), &events);
  }
  on_events_(events);
}

void Watcher::Take(const char* bytes, size_t size, WatchEvents* events) {
  size_t at = 0;
  while (at + sizeof(inotify_event) <= size) {
    inotify_event event;
    std::memcpy(&event, bytes + at, sizeof event);
    const char* const name = bytes + at + sizeof event;
    at += sizeof event + event.len;
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      events->lost = true;
    } else if (!folder_watches_.contains(event.wd)) {
      if ((event.mask & IN_IGNORED) == 0) events->changed.push_back(event.wd);
      events->names = events->names || (event.mask & (IN_MOVE_SELF | IN_DELETE_SELF)) != 0;
    } else if ((event.mask & IN_IGNORED) != 0) {
      folder_watches_.erase(event.wd);
      events->names = true;
    } else if (event.len == 0 || matters_(std::string_view(name, strnlen(name, event.len)))) {
      events->names = true;
    }
  }
}

}  // namespace andon::tail
