// Signals as events on the main loop.
#pragma once

#include <memory>

#include "core/base/status.h"
#include "core/base/unique_function.h"
#include "core/loop/loop.h"

namespace andon {

// Blocks SIGTERM, SIGINT, SIGHUP for all threads that are started later, and ignores SIGPIPE. Call
// it before the first thread.
void BlockSignals();

// Calls `received` with the number of each blocked signal that comes.
class SignalWatch {
 public:
  static Result<std::unique_ptr<SignalWatch>> Make(Loop& loop, UniqueFunction<void(int)> received);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  SignalWatch(int fd, UniqueFunction<void(int)> received)
      : fd_(fd), received_(std::move(received)) {}
  void Read();

  int fd_;
  UniqueFunction<void(int)> received_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace andon
