#include "test/support/crash_disk_file.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace andon {

CrashDisk::OpenFile::OpenFile(CrashDisk& disk, std::shared_ptr<Node> node, std::string path,
                              OpenOptions options)
    : disk_(disk), node_(std::move(node)), path_(std::move(path)), options_(options) {
  MutexLock lock(disk_.mutex_);
  epoch_ = disk_.epoch_;
}

CrashDisk::OpenFile::~OpenFile() {
  if (!locks_) return;
  MutexLock lock(disk_.mutex_);
  const auto held = disk_.locks_.find(path_);
  if (held != disk_.locks_.end() && held->second == epoch_) disk_.locks_.erase(held);
}

Result<size_t> CrashDisk::OpenFile::ReadAt(uint64_t offset, std::span<std::byte> to) {
  if (const int error = AskOrOff(Op::kRead)) return Fail("read", error);
  if (!Aligned(offset, to.data(), to.size())) return Fail("read", EINVAL);
  MutexLock lock(disk_.mutex_);
  const auto& bytes = node_->cached;
  if (offset >= bytes.size()) return size_t{0};
  const size_t came = std::min<uint64_t>(to.size(), bytes.size() - offset);
  std::memcpy(to.data(), bytes.data() + offset, came);
  return came;
}

Status CrashDisk::OpenFile::WriteAt(uint64_t offset, Bytes from, bool durable) {
  if (!Aligned(offset, from.data(), from.size())) return Fail("write", EINVAL);
  int error = Ask(Op::kWrite);
  if (error == kPowerCut) {
    WriteOr(0, offset, from, false);
    error = disk_.Off();
  } else {
    error = WriteOr(error, offset, from, durable);
  }
  return error == 0 ? OkStatus() : Fail("write", error);
}

// What it writes is in the same cache: only its rules are kept.
Status CrashDisk::OpenFile::WriteDirectAt(uint64_t offset, Bytes from) {
  const auto address = reinterpret_cast<uintptr_t>(from.data());
  if ((offset | address | from.size()) % kDirectAlignment != 0) return Fail("write", EINVAL);
  return WriteAt(offset, from, false);
}

Status CrashDisk::OpenFile::Sync() {
  const int error = AskOrOff(Op::kSync);
  MutexLock lock(disk_.mutex_);
  if (error != 0) {
    // The pages are clean now, and what was in them is not on the disk.
    disk_.ForgetUnsynced(*node_);
    return Fail("fdatasync", error);
  }
  if (!disk_.lying_) disk_.SyncNode(*node_, 0, UINT64_MAX);
  return {};
}

Status CrashDisk::OpenFile::Truncate(uint64_t size) {
  if (const int error = AskOrOff(Op::kTruncate)) return Fail("truncate", error);
  MutexLock lock(disk_.mutex_);
  node_->reserved = std::min(node_->reserved, size);
  disk_.Resize(node_, size);
  return {};
}

Status CrashDisk::OpenFile::Allocate(uint64_t size) {
  if (const int error = AskOrOff(Op::kAllocate)) return Fail("reserve", error);
  MutexLock lock(disk_.mutex_);
  const uint64_t more = size > node_->allocated() ? size - node_->allocated() : 0;
  if (disk_.Used() + more > disk_.capacity_) return Fail("reserve", ENOSPC);
  node_->reserved = std::max(node_->reserved, size);
  if (size > node_->cached.size()) disk_.Resize(node_, size);
  return {};
}

Result<uint64_t> CrashDisk::OpenFile::Size() {
  MutexLock lock(disk_.mutex_);
  return node_->cached.size();
}

int CrashDisk::OpenFile::Ask(Op op) {
  {
    MutexLock lock(disk_.mutex_);
    if (epoch_ != disk_.epoch_) return EIO;  // Its process is dead.
    const bool changes = op != Op::kRead && op != Op::kSync;
    if (changes && options_.mode == OpenMode::kRead) return EBADF;
    if (changes && disk_.read_only_) return EROFS;
  }
  return disk_.Ask(op, path_);
}
int CrashDisk::OpenFile::AskOrOff(Op op) {
  const int error = Ask(op);
  return error == kPowerCut ? disk_.Off() : error;
}

int CrashDisk::OpenFile::WriteOr(int error, uint64_t offset, Bytes from, bool durable) {
  MutexLock lock(disk_.mutex_);
  if (epoch_ != disk_.epoch_) return EIO;
  if (error != 0) {
    // Some of it may have come through.
    disk_.Store(node_, offset, from.first(disk_.random_->Below(from.size() + 1)));
    return error;
  }
  const uint64_t end = offset + from.size();
  const uint64_t more = end > node_->allocated() ? end - node_->allocated() : 0;
  const uint64_t used = disk_.Used();
  if (used + more > disk_.capacity_) {
    const uint64_t room = disk_.capacity_ - std::min(disk_.capacity_, used);
    const uint64_t fits = node_->allocated() + room / Node::kPage * Node::kPage;
    if (fits > offset) disk_.Store(node_, offset, from.first(fits - offset));
    return ENOSPC;
  }
  disk_.Store(node_, offset, from);
  if (durable && !disk_.lying_) disk_.SyncNode(*node_, offset, end);
  return 0;
}

bool CrashDisk::OpenFile::Aligned(uint64_t offset, const void* memory, size_t size) const {
  if (!options_.direct) return true;
  return offset % Node::kPage == 0 && size % Node::kPage == 0 &&
         reinterpret_cast<uintptr_t>(memory) % Node::kPage == 0;
}

Status CrashDisk::OpenFile::Fail(std::string_view what, int error) {
  last_error_ = error;
  return ErrnoStatus(path_ + ": " + std::string(what), error);
}

}  // namespace andon
