// std::mutex with Clang's thread-safety annotations
// (https://clang.llvm.org/docs/ThreadSafetyAnalysis.html).
#pragma once

#include <mutex>

#if defined(__clang__)
#define ANDON_TS(x) __attribute__((x))
#else
#define ANDON_TS(x)
#endif
#define GUARDED_BY(x) ANDON_TS(guarded_by(x))
#define REQUIRES(...) ANDON_TS(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) ANDON_TS(locks_excluded(__VA_ARGS__))

namespace andon {

class ANDON_TS(capability("mutex")) Mutex {
 public:
  void Lock() ANDON_TS(acquire_capability()) { mutex_.lock(); }
  void Unlock() ANDON_TS(release_capability()) { mutex_.unlock(); }
  std::mutex& native() { return mutex_; }

 private:
  std::mutex mutex_;
};

class ANDON_TS(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ANDON_TS(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() ANDON_TS(release_capability()) { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace andon
