#include "core/base/folder_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace andon {

namespace {

constexpr uint32_t kLeaves = IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

class InotifyWatch final : public FolderWatch {
 public:
  explicit InotifyWatch(int fd) : fd_(fd) {}
  ~InotifyWatch() override { close(fd_); }
  InotifyWatch(const InotifyWatch&) = delete;
  InotifyWatch& operator=(const InotifyWatch&) = delete;

  int fd() const override { return fd_; }
  void Drain() override {
    alignas(inotify_event) std::array<char, 4096> bytes;
    ssize_t came = 0;
    do {
      came = read(fd_, bytes.data(), bytes.size());
    } while (came > 0 || (came < 0 && errno == EINTR));
  }

 private:
  const int fd_;
};

}  // namespace

Result<std::unique_ptr<FolderWatch>> WatchRealFolder(const std::string& directory) {
  const int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0) return ErrnoStatus("inotify", errno);
  auto watch = std::make_unique<InotifyWatch>(fd);
  if (inotify_add_watch(fd, directory.c_str(), kLeaves) < 0) {
    return ErrnoStatus(directory + ": watch", errno);
  }
  return std::unique_ptr<FolderWatch>(std::move(watch));
}

}  // namespace andon
