#include "core/net/resolver.h"

#include <signal.h>

#include <system_error>
#include <thread>
#include <utility>

#include "core/base/mutex.h"

namespace andon {

namespace {

// A thread that is started meanwhile gets none of the process's signals.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

// What the threads may use after the resolver has gone.
struct Resolver::Shared {
  Mutex mutex;
  Loop* loop GUARDED_BY(mutex) = nullptr;
};

// Touched on the loop's thread only; a lookup's thread merely carries it.
struct Resolver::Request {
  Done done;  // Empty once forgotten.
};

Resolver::Resolver(Loop& loop) : shared_(std::make_shared<Shared>()) {
  const MutexLock lock(shared_->mutex);
  shared_->loop = &loop;
}

Resolver::~Resolver() {
  const MutexLock lock(shared_->mutex);
  shared_->loop = nullptr;
}

Resolver::Lookup::~Lookup() { request_->done = nullptr; }

std::unique_ptr<Resolver::Lookup> Resolver::Start(const Address& address, Done done) {
  auto request = std::make_shared<Request>();
  request->done = std::move(done);
  auto report = [shared = shared_, request](Result<std::vector<SocketAddress>> found) {
    const MutexLock lock(shared->mutex);
    if (shared->loop == nullptr) return;
    shared->loop->Post([request, found = std::move(found)]() mutable {
      if (request->done) std::exchange(request->done, nullptr)(std::move(found));
    });
  };
  const BlockedSignals blocked;
  try {
    std::thread([report, address]() mutable { report(LookUp(address, false)); }).detach();
  } catch (const std::system_error& error) {
    report(ErrnoStatus("name lookup: start a thread", error.code().value()));
  }
  return std::make_unique<Lookup>(std::move(request));
}

}  // namespace andon
