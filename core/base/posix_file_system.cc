#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <utility>

#include "core/base/posix_file.h"

namespace andon {
namespace {

Status Failure(const std::string& path, std::string_view what, int error) {
  std::string subject(path);
  subject += ": ";
  subject += what;
  return ErrnoStatus(subject, error);
}

int OpenFlags(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY;
    case OpenMode::kWrite:
      return O_RDWR;
    case OpenMode::kCreate:
      return O_RDWR | O_CREAT;
    case OpenMode::kCreateNew:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

int OpenRetrying(const std::string& path, int flags, mode_t permissions) {
  int fd = -1;
  do {
    fd = open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, permissions);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

// The process that wrote its number into the lock file; 0 when there is none to be read.
int LockHolder(int fd) {
  char text[16];
  const ssize_t got = pread(fd, text, sizeof text, 0);
  int holder = 0;
  if (got > 0) std::from_chars(text, text + got, holder);
  return holder;
}

std::string HeldBy(int fd) {
  const int holder = LockHolder(fd);
  if (holder <= 0) return "held by another process; stop it first";
  return "held by process " + std::to_string(holder) + "; stop it first";
}

Status MakeOneDirectory(const std::string& path, mode_t permissions) {
  if (mkdir(path.c_str(), permissions) == 0) return OkStatus();
  const int error = errno;
  struct stat info {};
  const bool there = stat(path.c_str(), &info) == 0;
  if (there && S_ISDIR(info.st_mode)) return OkStatus();
  return Failure(path, "make folder", there ? ENOTDIR : error);
}

class PosixFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, const OpenOptions& options) override {
    const int flags = OpenFlags(options.mode);
    bool direct = options.direct;
    int fd = OpenRetrying(path, direct ? flags | O_DIRECT : flags, options.permissions);
    if (fd < 0 && direct && errno == EINVAL) {
      // Some file systems make the file before they refuse O_DIRECT: it is there, and ours.
      direct = false;
      fd = OpenRetrying(path, flags & ~O_EXCL, options.permissions);
    }
    if (fd < 0) return Failure(path, "open", errno);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(fd, path, direct));
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (rename(from.c_str(), to.c_str()) == 0) return OkStatus();
    return Failure(from, "rename to " + to, errno);
  }

  Status Remove(const std::string& path) override {
    return remove(path.c_str()) == 0 ? OkStatus() : Failure(path, "remove", errno);
  }

  Status MakeDirectory(const std::string& path, uint32_t permissions) override {
    for (size_t slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      // A parent that may not be written but is there is none of our business.
      RETURN_IF_ERROR(MakeOneDirectory(path.substr(0, slash), permissions));
    }
    return MakeOneDirectory(path, permissions);
  }

  Result<std::vector<DirectoryEntry>> List(const std::string& directory) override {
    DIR* const stream = opendir(directory.c_str());
    if (stream == nullptr) return Failure(directory, "list", errno);
    std::vector<DirectoryEntry> entries;
    errno = 0;
    while (const dirent* entry = readdir(stream)) {
      const std::string_view name = entry->d_name;
      struct stat info {};
      const bool gone = fstatat(dirfd(stream), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0;
      if (name != "." && name != ".." && !gone) {
        entries.push_back(
            {std::string(name), S_ISREG(info.st_mode) ? static_cast<uint64_t>(info.st_size) : 0});
      }
      errno = 0;
    }
    const int error = errno;
    closedir(stream);
    if (error != 0) return Failure(directory, "list", error);
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
  }

  Status SyncDirectory(const std::string& directory) override {
    const int fd = OpenRetrying(directory, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) return Failure(directory, "open", errno);
    const bool synced = fsync(fd) == 0;
    const int error = errno;
    close(fd);
    // A file system that cannot sync a folder says EINVAL.
    return synced || error == EINVAL ? OkStatus() : Failure(directory, "fsync", error);
  }

  Result<uint64_t> FreeBytes(const std::string& directory) override {
    struct statvfs info {};
    if (statvfs(directory.c_str(), &info) != 0) return Failure(directory, "statvfs", errno);
    return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
  }

  // flock(2): it excludes a second taker in this process too, and dies with the process.
  Result<std::unique_ptr<File>> Lock(const std::string& path) override {
    const int fd = OpenRetrying(path, O_RDWR | O_CREAT, 0640);
    if (fd < 0) return Failure(path, "open", errno);
    auto file = std::make_unique<PosixFile>(fd, path, false);
    int result = 0;
    do {
      result = flock(fd, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
      if (errno == EWOULDBLOCK) return Unavailable(path + ": " + HeldBy(fd));
      return Failure(path, "lock", errno);
    }
    const std::string holder = std::to_string(getpid()) + "\n";
    // A help for whoever is refused, no more: a full disk must not keep anybody from starting.
    if (!file->WriteAt(0, AsBytes(holder), false).ok() || !file->Truncate(holder.size()).ok()) {
      static_cast<void>(file->Truncate(0).ok());
    }
    return std::unique_ptr<File>(std::move(file));
  }

  Result<std::unique_ptr<FolderWatch>> Watch(const std::string& directory) override {
    return WatchRealFolder(directory);
  }
};

}  // namespace

FileSystem& RealFileSystem() {
  static PosixFileSystem files;
  return files;
}

}  // namespace andon
