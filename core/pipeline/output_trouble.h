// Why an output does not deliver, for who asks from another thread.
#pragma once

#include <string>
#include <utility>

#include "core/base/mutex.h"

namespace andon {

// Thread: any.
class OutputTrouble {
 public:
  // Empty: all is well.
  void Set(std::string why) {
    MutexLock lock(mutex_);
    why_ = std::move(why);
  }
  std::string Get() const {
    MutexLock lock(mutex_);
    return why_;
  }

 private:
  mutable Mutex mutex_;
  std::string why_ GUARDED_BY(mutex_);
};

}  // namespace andon
