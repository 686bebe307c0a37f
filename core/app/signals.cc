#include "core/app/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace andon {

namespace {

sigset_t Handled() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  return set;
}

}  // namespace

void BlockSignals() {
  const sigset_t set = Handled();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Result<std::unique_ptr<SignalWatch>> SignalWatch::Make(Loop& loop,
                                                       UniqueFunction<void(int)> received) {
  const sigset_t set = Handled();
  const int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd < 0) return ErrnoStatus("signalfd", errno);
  std::unique_ptr<SignalWatch> signals(new SignalWatch(fd, std::move(received)));
  ASSIGN_OR_RETURN(signals->watch_, loop.WatchFd(fd, Interest::kRead,
                                                 [raw = signals.get()](Interest) { raw->Read(); }));
  return signals;
}

SignalWatch::~SignalWatch() {
  watch_.reset();
  close(fd_);
}

void SignalWatch::Read() {
  signalfd_siginfo info;
  while (read(fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    received_(static_cast<int>(info.ssi_signo));
  }
}

}  // namespace andon
