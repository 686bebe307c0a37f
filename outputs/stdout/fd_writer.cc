#include "outputs/stdout/fd_writer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace andon::stdout_output {

FdWriter::FdWriter(Loop& loop, int fd, std::string name)
    : loop_(loop), name_(std::move(name)), fd_(fd) {}

FdWriter::~FdWriter() {
  watch_.reset();
  if (kind_ == Kind::kReopened) close(fd_);
}

void FdWriter::Open() {
  opened_ = true;
  struct stat info {};
  if (fstat(fd_, &info) != 0 || S_ISREG(info.st_mode)) return;
  if (S_ISSOCK(info.st_mode)) {
    kind_ = Kind::kSocket;
    return;
  }
  const std::string self = "/proc/self/fd/" + std::to_string(fd_);
  const int own = open(self.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (own >= 0) {
    fd_ = own;
    kind_ = Kind::kReopened;
  } else {
    kind_ = Kind::kShared;
  }
}

void FdWriter::Write(Bytes bytes, UniqueFunction<void(Status)> done) {
  CHECK(!writing_);
  if (!opened_) Open();
  writing_ = true;
  rest_ = bytes;
  done_ = std::move(done);
  // A descriptor that must not be blocked on is written to when it says that it takes something.
  if (kind_ == Kind::kShared && WaitForReader()) return;
  Continue();
}

void FdWriter::Continue() {
  while (!rest_.empty()) {
    const ssize_t count = WriteSome();
    if (count >= 0) {
      rest_ = rest_.subspan(static_cast<size_t>(count));
      if (kind_ == Kind::kShared && !rest_.empty() && WaitForReader()) return;
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (WaitForReader()) return;
      return Finish(Unavailable(name_ + ": cannot wait for its reader"));
    }
    return Finish(ErrnoStatus(name_, errno));
  }
  Finish(OkStatus());
}

ssize_t FdWriter::WriteSome() {
  if (kind_ == Kind::kSocket) {
    return send(fd_, rest_.data(), rest_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  // A pipe that is ready takes PIPE_BUF bytes at once.
  const size_t size =
      kind_ == Kind::kShared ? std::min<size_t>(rest_.size(), PIPE_BUF) : rest_.size();
  return write(fd_, rest_.data(), size);
}

// False where the descriptor cannot be watched: then it never blocks for long.
bool FdWriter::WaitForReader() {
  if (watch_ != nullptr) {
    watch_->Set(Interest::kWrite);
    return true;
  }
  auto watch = loop_.WatchFd(fd_, Interest::kWrite, [this](Interest) {
    if (writing_) {
      Continue();
    } else {
      watch_->Set(Interest::kNone);
    }
  });
  if (!watch.ok()) return false;
  watch_ = *std::move(watch);
  return true;
}

void FdWriter::Cancel() {
  if (writing_) Finish(Unavailable(name_ + ": stopped while its reader was slow"));
}

void FdWriter::Finish(Status status) {
  writing_ = false;
  rest_ = {};
  if (watch_ != nullptr) watch_->Set(Interest::kNone);
  std::exchange(done_, nullptr)(std::move(status));
}

}  // namespace andon::stdout_output
