// A FileSystem in memory whose machine can lose power. It forgets what was not synced, whole or in
// parts and out of order; it fills up, fails, lies and refuses as it is told.
//
//   CrashDisk disk;
//   { auto journal = Open(disk); ...; disk.KillProcess(); }
//   disk.PowerCut(CrashDisk::Keep::kSome);
//   auto journal = Open(disk);
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/mutex.h"
#include "core/base/random.h"

namespace andon {

// Thread: any.
class CrashDisk : public FileSystem {
 public:
  explicit CrashDisk(uint64_t seed = 1);
  ~CrashDisk() override;

  // The process ends: open files are dead, locks are free; what it wrote is still cached.
  void KillProcess();
  // What of the writes and names that were not synced is there afterwards. Kills the process too.
  enum class Keep : uint8_t {
    kNothing,
    kEverything,
    kSome,  // Any sectors, whatever was written first; names up to some moment.
  };
  void PowerCut(Keep keep);
  // Exactly the first `bytes` of all that was written and not synced, in the order of writing; the
  // names are kept.
  void PowerCutAfter(uint64_t bytes);
  uint64_t unsynced_bytes() const;

  // What is written or lost as one. 512 or 4096.
  void SetSector(size_t bytes);
  // fdatasync says ok and does nothing; a durable write is none.
  void SetLying(bool lying);
  // Bytes of all files, as reserved; more is ENOSPC.
  void SetCapacity(uint64_t bytes);
  void SetReadOnly(bool read_only);
  // Another process holds the lock on `path`.
  void HoldLock(const std::string& path, int process);

  enum class Op : uint8_t {
    kOpen,
    kRead,
    kWrite,
    kSync,
    kTruncate,
    kAllocate,
    kRename,
    kRemove,
    kMakeDirectory,
    kList,
    kSyncDirectory,
    kLock,
  };
  // Asked before each call: an errno, or 0 to go on. A write that fails may be there in part; pages
  // of a sync that fails are taken for clean and never written.
  using Fault = std::function<int(Op op, const std::string& path)>;
  // As an errno: the power goes in the middle of the call, as PowerCut(kSome). Nothing works until
  // PowerOn.
  static constexpr int kPowerCut = -1;
  void PowerOn();
  void SetFault(Fault fault);

  // Behind the file system's back: flips the bytes, in the cache too.
  void Damage(const std::string& path, uint64_t offset, uint64_t bytes);
  void Delete(const std::string& path);
  // What is there now; empty when there is no such file.
  std::string Content(const std::string& path) const;
  void SetContent(const std::string& path, const std::string& content);
  std::vector<std::string> Paths() const;

  Result<std::unique_ptr<File>> Open(const std::string& path, const OpenOptions& options) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status MakeDirectory(const std::string& path, uint32_t permissions) override;
  Result<std::vector<DirectoryEntry>> List(const std::string& directory) override;
  Status SyncDirectory(const std::string& directory) override;
  Result<uint64_t> FreeBytes(const std::string& directory) override;
  Result<std::unique_ptr<File>> Lock(const std::string& path) override;

 private:
  class OpenFile;
  struct Node;
  // What a sync makes true.
  struct Unsynced {
    std::shared_ptr<Node> node;
    uint64_t offset = 0;
    std::vector<std::byte> bytes;  // Of one sector at most; none: the size changed to `offset`.
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;
  struct NameChange {
    std::string directory;
    std::string name;            // The whole path.
    std::shared_ptr<Node> node;  // Null: it is gone.
    std::string removes = {};    // Another name, in the same moment.
  };

  // kPowerCut: the caller does what it would lose, and then calls Off.
  int Ask(Op op, const std::string& path);
  int AskOrOff(Op op, const std::string& path);
  int Off();
  void SetName(const std::string& path, std::shared_ptr<Node> node);
  uint64_t Used() const REQUIRES(mutex_);
  int Write(Node& node, uint64_t offset, Bytes from, bool durable);
  void Store(const std::shared_ptr<Node>& node, uint64_t offset, Bytes from) REQUIRES(mutex_);
  void Resize(const std::shared_ptr<Node>& node, uint64_t size) REQUIRES(mutex_);
  void SyncNode(const Node& node, uint64_t first, uint64_t end) REQUIRES(mutex_);
  void ForgetUnsynced(const Node& node) REQUIRES(mutex_);
  static void Apply(const Unsynced& change, size_t bytes);
  void ApplyNames(size_t count) REQUIRES(mutex_);
  bool IsFolder(const std::string& path) const REQUIRES(mutex_);
  void KeepSome() REQUIRES(mutex_);
  void Restart() REQUIRES(mutex_);

  mutable Mutex mutex_;
  const std::unique_ptr<Random> random_;
  size_t sector_ GUARDED_BY(mutex_) = 512;
  bool lying_ GUARDED_BY(mutex_) = false;
  bool off_ GUARDED_BY(mutex_) = false;
  bool read_only_ GUARDED_BY(mutex_) = false;
  uint64_t capacity_ GUARDED_BY(mutex_) = UINT64_MAX;
  uint64_t epoch_ GUARDED_BY(mutex_) = 1;
  uint64_t next_inode_ GUARDED_BY(mutex_) = 1;
  Fault fault_ GUARDED_BY(mutex_);
  Names names_ GUARDED_BY(mutex_);
  Names durable_names_ GUARDED_BY(mutex_);
  std::vector<NameChange> name_changes_ GUARDED_BY(mutex_);
  std::vector<Unsynced> unsynced_ GUARDED_BY(mutex_);
  std::map<std::string, uint64_t> locks_ GUARDED_BY(mutex_);  // Path to epoch of the holder.
  std::map<std::string, int> held_elsewhere_ GUARDED_BY(mutex_);
};

}  // namespace andon
