#include "inputs/tail/open_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "inputs/tail/file_hash.h"

namespace andon::tail {

namespace {

constexpr uint64_t kNanoseconds = 1'000'000'000;

uint64_t Nanoseconds(const statx_timestamp& time) {
  if (time.tv_sec < 0) return 0;
  return static_cast<uint64_t>(time.tv_sec) * kNanoseconds + time.tv_nsec;
}

std::optional<FileInfo> LookAt(int folder, const char* path, int flags) {
  struct statx info {};
  constexpr unsigned kWanted = STATX_BASIC_STATS | STATX_BTIME;
  if (statx(folder, path, flags, kWanted, &info) != 0 || !S_ISREG(info.stx_mode)) {
    return std::nullopt;
  }
  FileInfo found;
  found.id = {makedev(info.stx_dev_major, info.stx_dev_minor), info.stx_ino};
  found.size = info.stx_size;
  found.links = info.stx_nlink;
  found.modified = Nanoseconds(info.stx_mtime);
  if ((info.stx_mask & STATX_BTIME) != 0) found.birth = Nanoseconds(info.stx_btime);
  return found;
}

}  // namespace

std::optional<FileInfo> Look(const std::string& path) { return LookAt(AT_FDCWD, path.c_str(), 0); }

std::optional<OpenFile> OpenFile::Open(const std::string& path) {
  int fd = -1;
  do {
    // Without waiting, should it have become a pipe.
    fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return std::nullopt;
  OpenFile file;
  file.fd_ = UniqueFd(fd);
  return file;
}

std::optional<FileInfo> OpenFile::Look() const { return LookAt(fd(), "", AT_EMPTY_PATH); }

ssize_t OpenFile::Read(uint64_t offset, std::span<char> to) const {
  size_t done = 0;
  while (done < to.size()) {
    const ssize_t came =
        pread(fd(), to.data() + done, to.size() - done, static_cast<off_t>(offset + done));
    if (came < 0 && errno == EINTR) continue;
    if (came < 0) return done > 0 ? static_cast<ssize_t>(done) : -1;
    if (came == 0) break;
    done += static_cast<size_t>(came);
  }
  return static_cast<ssize_t>(done);
}

std::optional<uint64_t> OpenFile::HashBefore(uint64_t offset, uint32_t size) const {
  std::array<char, kHeadBytes> bytes;
  size = static_cast<uint32_t>(std::min<uint64_t>({size, offset, bytes.size()}));
  const ssize_t came = Read(offset - size, {bytes.data(), size});
  if (came < 0 || static_cast<uint32_t>(came) != size) return std::nullopt;
  return HashOf({bytes.data(), size});
}

std::optional<std::string> FindByInode(const std::string& folder, const FileId& file) {
  DIR* const stream = opendir(folder.c_str());
  if (stream == nullptr) return std::nullopt;
  std::optional<std::string> found;
  while (const dirent* entry = readdir(stream)) {
    if (entry->d_ino != file.inode) continue;
    const std::string path = folder + "/" + entry->d_name;
    const auto info = tail::Look(path);
    if (info.has_value() && info->id == file) {
      found = path;
      break;
    }
  }
  closedir(stream);
  errno = ENOENT;
  return found;
}

}  // namespace andon::tail
