#include "core/base/posix_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace andon {
namespace {

bool Aligned(uint64_t value) { return value % kDirectAlignment == 0; }

bool AllAligned(uint64_t offset, const void* memory, size_t size) {
  return Aligned(offset) && Aligned(reinterpret_cast<uintptr_t>(memory)) && Aligned(size);
}

std::string Span(std::string_view verb, size_t size, uint64_t offset) {
  std::string text(verb);
  text += ' ';
  text += std::to_string(size);
  text += " bytes at ";
  text += std::to_string(offset);
  return text;
}

}  // namespace

PosixFile::PosixFile(int fd, std::string path, bool direct)
    : fd_(fd), path_(std::move(path)), direct_(direct) {}

PosixFile::~PosixFile() { close(fd_); }

Status PosixFile::Fail(std::string_view what, int error) {
  last_error_.store(error, std::memory_order_relaxed);
  std::string subject(path_);
  subject += ": ";
  subject += what;
  return ErrnoStatus(subject, error);
}

bool PosixFile::SetDirect(bool on) {
  const int flags = fcntl(fd_, F_GETFL);
  const int wanted = on ? flags | O_DIRECT : flags & ~O_DIRECT;
  if (flags < 0 || fcntl(fd_, F_SETFL, wanted) != 0) return false;
  direct_.store(on, std::memory_order_relaxed);
  return true;
}

bool PosixFile::LeaveDirect(uint64_t offset, const void* memory, size_t size) {
  // A misaligned call is the caller's mistake and no reason to give up O_DIRECT for good.
  if (!direct() || !AllAligned(offset, memory, size)) return false;
  return SetDirect(false);
}

// After a call that failed: whether the same one may do better now.
bool PosixFile::MayTryAgain(int error, uint64_t offset, Bytes memory) {
  if (error == EINTR) return true;
  return error == EINVAL && LeaveDirect(offset, memory.data(), memory.size());
}

Result<size_t> PosixFile::ReadAt(uint64_t offset, std::span<std::byte> to) {
  size_t done = 0;
  while (done < to.size()) {
    const std::span<std::byte> rest = to.subspan(done);
    ssize_t got = pread(fd_, rest.data(), rest.size(), static_cast<off_t>(offset + done));
    // A pipe has no offsets: what comes next is what is asked for by who reads it in order.
    if (got < 0 && errno == ESPIPE) got = read(fd_, rest.data(), rest.size());
    if (got < 0) {
      const int error = errno;
      if (MayTryAgain(error, offset + done, rest)) continue;
      return Fail(Span("read", to.size(), offset), error);
    }
    done += static_cast<size_t>(got);
    // With O_DIRECT a part that is no multiple of the alignment is the file's end.
    if (got == 0 || (direct() && !Aligned(static_cast<uint64_t>(got)))) break;
  }
  return done;
}

// Like pwrite(2), durable when asked; steps down from what the file system does not take.
ssize_t PosixFile::WriteSome(uint64_t offset, Bytes from, bool durable) {
  const auto at = static_cast<off_t>(offset);
  if (!durable) return pwrite(fd_, from.data(), from.size(), at);
  if (dsync_.load(std::memory_order_relaxed)) {
    const iovec piece{const_cast<std::byte*>(from.data()), from.size()};
    const ssize_t wrote = pwritev2(fd_, &piece, 1, at, RWF_DSYNC);
    if (wrote >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) return wrote;
    dsync_.store(false, std::memory_order_relaxed);
  }
  const ssize_t wrote = pwrite(fd_, from.data(), from.size(), at);
  if (wrote < 0) return wrote;
  return fdatasync(fd_) == 0 ? wrote : -1;
}

// How much of what was written counts: with O_DIRECT the next try must start on a boundary again.
size_t PosixFile::Taken(size_t wrote, size_t wanted) const {
  return wrote == wanted || !direct() ? wrote : wrote - wrote % kDirectAlignment;
}

Status PosixFile::WriteAt(uint64_t offset, Bytes from, bool durable) {
  size_t done = 0;
  while (done < from.size()) {
    const Bytes rest = from.subspan(done);
    const ssize_t wrote = WriteSome(offset + done, rest, durable);
    if (wrote < 0) {
      const int error = errno;
      if (MayTryAgain(error, offset + done, rest)) continue;
      return Fail(Span("write", from.size(), offset), error);
    }
    const size_t taken = Taken(static_cast<size_t>(wrote), rest.size());
    if (taken == 0) return Fail(Span("write", from.size(), offset), ENOSPC);
    done += taken;
  }
  return OkStatus();
}

Status PosixFile::WriteDirectAt(uint64_t offset, Bytes from) {
  if (direct() || !may_be_direct_.load(std::memory_order_relaxed) || !SetDirect(true)) {
    may_be_direct_.store(direct(), std::memory_order_relaxed);
    return WriteAt(offset, from, false);
  }
  Status status = WriteAt(offset, from, false);
  if (!direct()) {
    may_be_direct_.store(false, std::memory_order_relaxed);
  } else if (!SetDirect(false)) {
    // What is written next would have to be aligned.
    return Fail("leave O_DIRECT", errno);
  }
  return status;
}

Status PosixFile::Sync() {
  // Never tried again: after a failure the kernel may have dropped the pages.
  return fdatasync(fd_) == 0 ? OkStatus() : Fail("fdatasync", errno);
}

Status PosixFile::Truncate(uint64_t size) {
  int result = 0;
  do {
    result = ftruncate(fd_, static_cast<off_t>(size));
  } while (result != 0 && errno == EINTR);
  return result == 0 ? OkStatus() : Fail("truncate to " + std::to_string(size), errno);
}

Status PosixFile::Allocate(uint64_t size) {
  if (size == 0) return OkStatus();
  int result = 0;
  do {
    result = fallocate(fd_, 0, 0, static_cast<off_t>(size));
  } while (result != 0 && errno == EINTR);
  if (result == 0 || errno == EOPNOTSUPP || errno == ENOSYS) return OkStatus();
  return Fail("reserve " + std::to_string(size) + " bytes", errno);
}

void PosixFile::LeaveCache(uint64_t offset, uint64_t size) {
  if (size == 0) return;  // To the kernel that is the whole file.
  (void)posix_fadvise(fd_, static_cast<off_t>(offset), static_cast<off_t>(size),
                      POSIX_FADV_DONTNEED);
}

bool PosixFile::InCache(uint64_t offset, uint64_t size) {
  constexpr size_t kMostPages = 64;
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const uint64_t begin = offset - offset % page;
  const size_t pages = std::min<size_t>((offset + size - begin + page - 1) / page, kMostPages);
  void* const map =
      mmap(nullptr, pages * page, PROT_READ, MAP_SHARED, fd_, static_cast<off_t>(begin));
  if (map == MAP_FAILED) return false;
  std::array<unsigned char, kMostPages> resident{};
  bool found = false;
  if (mincore(map, pages * page, resident.data()) == 0) {
    for (const unsigned char state : resident) found = found || (state & 1) != 0;
  }
  munmap(map, pages * page);
  return found;
}

Result<uint64_t> PosixFile::Size() {
  struct stat info {};
  if (fstat(fd_, &info) != 0) return Fail("stat", errno);
  return static_cast<uint64_t>(info.st_size);
}

Result<FileId> PosixFile::Id() {
  struct stat info {};
  if (fstat(fd_, &info) != 0) return Fail("stat", errno);
  return FileId{static_cast<uint64_t>(info.st_dev), static_cast<uint64_t>(info.st_ino)};
}

}  // namespace andon
