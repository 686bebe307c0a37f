#include "test/support/crash_disk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/check.h"
#include "test/support/crash_disk_file.h"

namespace andon {

CrashDisk::CrashDisk(uint64_t seed) : random_(SeededRandom(seed)) {}
CrashDisk::~CrashDisk() = default;

void CrashDisk::SetSector(size_t bytes) {
  MutexLock lock(mutex_);
  sector_ = bytes;
}
void CrashDisk::SetLying(bool lying) {
  MutexLock lock(mutex_);
  lying_ = lying;
}
void CrashDisk::SetCapacity(uint64_t bytes) {
  MutexLock lock(mutex_);
  capacity_ = bytes;
}
void CrashDisk::SetReadOnly(bool read_only) {
  MutexLock lock(mutex_);
  read_only_ = read_only;
}
void CrashDisk::HoldLock(const std::string& path, int process) {
  MutexLock lock(mutex_);
  held_elsewhere_[path] = process;
}
void CrashDisk::SetFault(Fault fault) {
  MutexLock lock(mutex_);
  fault_ = std::move(fault);
}

int CrashDisk::Ask(Op op, const std::string& path) {
  Fault fault;
  {
    MutexLock lock(mutex_);
    if (off_) return EIO;
    fault = fault_;
  }
  return fault ? fault(op, path) : 0;
}

int CrashDisk::AskOrOff(Op op, const std::string& path) {
  const int error = Ask(op, path);
  return error == kPowerCut ? Off() : error;
}

int CrashDisk::Off() {
  MutexLock lock(mutex_);
  KeepSome();
  Restart();
  off_ = true;
  return EIO;
}

void CrashDisk::PowerOn() {
  MutexLock lock(mutex_);
  off_ = false;
}

uint64_t CrashDisk::Used() const {
  uint64_t used = 0;
  for (const auto& [path, node] : names_) used += node->allocated();
  return used;
}

void CrashDisk::Store(const std::shared_ptr<Node>& node, uint64_t offset, Bytes from) {
  if (from.empty()) return;
  auto& cached = node->cached;
  if (cached.size() < offset + from.size()) cached.resize(offset + from.size());
  std::memcpy(cached.data() + offset, from.data(), from.size());
  for (size_t done = 0; done < from.size();) {
    const uint64_t at = offset + done;
    const size_t bytes = std::min<size_t>(from.size() - done, sector_ - at % sector_);
    const Bytes piece = from.subspan(done, bytes);
    unsynced_.push_back({node, at, {piece.begin(), piece.end()}});
    done += bytes;
  }
}

void CrashDisk::Resize(const std::shared_ptr<Node>& node, uint64_t size) {
  node->cached.resize(size);
  unsynced_.push_back({node, size, {}});
}

void CrashDisk::Apply(const Unsynced& change, size_t bytes) {
  auto& durable = change.node->durable;
  if (change.bytes.empty()) {
    durable.resize(change.offset);
    return;
  }
  if (durable.size() < change.offset + bytes) durable.resize(change.offset + bytes);
  std::memcpy(durable.data() + change.offset, change.bytes.data(), bytes);
}

void CrashDisk::SyncNode(const Node& node, uint64_t first, uint64_t end) {
  std::vector<Unsynced> left;
  left.reserve(unsynced_.size());
  for (Unsynced& change : unsynced_) {
    const bool covered = change.bytes.empty() || (change.offset >= first && change.offset < end);
    if (change.node.get() == &node && covered) {
      Apply(change, change.bytes.size());
    } else {
      left.push_back(std::move(change));
    }
  }
  unsynced_ = std::move(left);
}

void CrashDisk::ForgetUnsynced(const Node& node) {
  std::erase_if(unsynced_, [&](const Unsynced& change) { return change.node.get() == &node; });
}

uint64_t CrashDisk::unsynced_bytes() const {
  MutexLock lock(mutex_);
  uint64_t bytes = 0;
  for (const Unsynced& change : unsynced_) bytes += change.bytes.size();
  return bytes;
}

void CrashDisk::Restart() {
  ++epoch_;
  locks_.clear();
  unsynced_.clear();
  name_changes_.clear();
  names_ = durable_names_;
  for (auto& [path, node] : names_) {
    node->cached = node->durable;
    node->reserved = node->durable.size();
  }
}

void CrashDisk::KillProcess() {
  MutexLock lock(mutex_);
  ++epoch_;
  locks_.clear();
}

void CrashDisk::ApplyNames(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const NameChange& change = name_changes_[i];
    durable_names_.erase(change.removes);
    if (change.node == nullptr) {
      durable_names_.erase(change.name);
    } else {
      durable_names_[change.name] = change.node;
    }
  }
}

void CrashDisk::PowerCut(Keep keep) {
  MutexLock lock(mutex_);
  if (keep == Keep::kEverything) {
    ApplyNames(name_changes_.size());
    for (const Unsynced& change : unsynced_) Apply(change, change.bytes.size());
  } else if (keep == Keep::kSome) {
    KeepSome();
  }
  Restart();
}

void CrashDisk::KeepSome() {
  ApplyNames(random_->Below(name_changes_.size() + 1));
  // Of the sectors any; of two writes to one sector the later may be the one that is lost. Or a
  // beginning.
  const uint64_t of_eight = random_->Below(9);
  const bool beginning = random_->Below(3) == 0;
  uint64_t left = beginning ? random_->Below(unsynced_.size() + 1) : UINT64_MAX;
  for (const Unsynced& change : unsynced_) {
    if (beginning ? left-- == 0 : random_->Below(8) >= of_eight) {
      if (beginning) break;
      continue;
    }
    Apply(change, change.bytes.size());
  }
}

void CrashDisk::PowerCutAfter(uint64_t bytes) {
  MutexLock lock(mutex_);
  ApplyNames(name_changes_.size());
  for (const Unsynced& change : unsynced_) {
    const size_t kept = std::min<uint64_t>(bytes, change.bytes.size());
    if (kept > 0 || change.bytes.empty()) Apply(change, kept);
    bytes -= kept;
  }
  Restart();
}

void CrashDisk::Damage(const std::string& path, uint64_t offset, uint64_t bytes) {
  MutexLock lock(mutex_);
  const auto found = names_.find(path);
  CHECK(found != names_.end());
  for (auto* content : {&found->second->cached, &found->second->durable}) {
    for (uint64_t at = offset; at < std::min<uint64_t>(offset + bytes, content->size()); ++at) {
      (*content)[at] ^= std::byte{0xa5};
    }
  }
}

void CrashDisk::Delete(const std::string& path) {
  MutexLock lock(mutex_);
  names_.erase(path);
  durable_names_.erase(path);
}

std::string CrashDisk::Content(const std::string& path) const {
  MutexLock lock(mutex_);
  const auto found = names_.find(path);
  if (found == names_.end()) return {};
  const auto& bytes = found->second->cached;
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void CrashDisk::SetContent(const std::string& path, const std::string& content) {
  MutexLock lock(mutex_);
  auto& node = names_[path];
  if (node == nullptr) node = std::make_shared<Node>();
  const Bytes bytes = AsBytes(content);
  node->cached.assign(bytes.begin(), bytes.end());
  node->durable = node->cached;
  durable_names_[path] = node;
}

std::vector<std::string> CrashDisk::Paths() const {
  MutexLock lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, node] : names_) paths.push_back(path);
  return paths;
}

}  // namespace andon
