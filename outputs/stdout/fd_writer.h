// Writes to a descriptor that andond was given (a pipe, a terminal, a socket, a file) without
// waiting for a slow reader.
#pragma once

#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/unique_function.h"
#include "core/loop/loop.h"

namespace andon::stdout_output {

// Thread: the loop's. One write at a time. The descriptor stays open.
class FdWriter {
 public:
  // `fd` is shared with other processes, so its flags are left alone: pipes and terminals are
  // opened a second time, sockets are asked not to wait, files never do.
  FdWriter(Loop& loop, int fd, std::string name);
  ~FdWriter();
  FdWriter(const FdWriter&) = delete;
  FdWriter& operator=(const FdWriter&) = delete;

  // `done` is called once, maybe before this returns: ok when all of `bytes` is written, else
  // kUnavailable, and a part of it may have been written. `bytes` stay valid until then.
  void Write(Bytes bytes, UniqueFunction<void(Status)> done);
  // Gives up what is under way: its `done` gets kUnavailable.
  void Cancel();

 private:
  enum class Kind : uint8_t { kFile, kSocket, kReopened, kShared };
  void Open();
  void Continue();
  ssize_t WriteSome();
  bool WaitForReader();
  void Finish(Status status);

  Loop& loop_;
  const std::string name_;
  int fd_;
  Kind kind_ = Kind::kFile;
  bool opened_ = false;
  bool writing_ = false;
  Bytes rest_;
  UniqueFunction<void(Status)> done_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace andon::stdout_output
