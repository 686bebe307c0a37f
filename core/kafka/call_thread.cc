#include "core/kafka/call_thread.h"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace andon::kafka {

struct Mailbox::Address::Shared {
  std::mutex mutex;
  Loop* loop;
};

Mailbox::Mailbox(Loop& loop) {
  address_.shared_ = std::make_shared<Address::Shared>();
  address_.shared_->loop = &loop;
}

Mailbox::~Mailbox() {
  const std::scoped_lock lock(address_.shared_->mutex);
  address_.shared_->loop = nullptr;
}

void Mailbox::Address::Post(UniqueFunction<void()> task) const {
  const std::scoped_lock lock(shared_->mutex);
  if (shared_->loop == nullptr) return;
  shared_->loop->Post([shared = shared_, task = std::move(task)]() mutable {
    // The loop's own thread takes the mailbox away: no lock is needed to look.
    if (shared->loop != nullptr) task();
  });
}

struct CallThread::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<UniqueFunction<void()>> calls;
  bool busy = false;
  bool closed = false;

  void Loop() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return closed || !calls.empty(); });
      if (closed) return;
      UniqueFunction<void()> call = std::move(calls.front());
      calls.pop_front();
      busy = true;
      lock.unlock();
      call();
      call = nullptr;
      lock.lock();
      busy = false;
      changed.notify_all();
    }
  }
};

CallThread::CallThread(const std::string& name) : shared_(std::make_shared<Shared>()) {
  std::thread thread([shared = shared_] { shared->Loop(); });
  pthread_setname_np(thread.native_handle(), name.substr(0, 15).c_str());
  thread.detach();
}

CallThread::~CallThread() {
  std::deque<UniqueFunction<void()>> dropped;
  const std::scoped_lock lock(shared_->mutex);
  shared_->closed = true;
  dropped.swap(shared_->calls);
  shared_->changed.notify_all();
}

void CallThread::Run(UniqueFunction<void()> call) {
  const std::scoped_lock lock(shared_->mutex);
  shared_->calls.push_back(std::move(call));
  shared_->changed.notify_all();
}

void CallThread::Drain() {
  std::unique_lock lock(shared_->mutex);
  shared_->changed.wait(lock, [this] { return shared_->calls.empty() && !shared_->busy; });
}

}  // namespace andon::kafka
