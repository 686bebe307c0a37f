// A thread for librdkafka's calls that block: one after the other, away from our loops.
#pragma once

#include <memory>
#include <string>

#include "core/base/unique_function.h"
#include "core/loop/loop.h"

namespace andon::kafka {

// The way back to a loop that may end first.
class Mailbox {
 public:
  explicit Mailbox(Loop& loop);
  ~Mailbox();  // What was posted and did not run yet is destroyed unrun. Thread: the loop's.
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // For other threads: copies of it may outlive the mailbox.
  class Address {
   public:
    // Runs `task` on the loop's thread unless the mailbox is gone. Thread: any.
    void Post(UniqueFunction<void()> task) const;

   private:
    friend class Mailbox;
    struct Shared;
    std::shared_ptr<Shared> shared_;
  };
  const Address& address() const { return address_; }

 private:
  Address address_;
};

class CallThread {
 public:
  explicit CallThread(const std::string& name);
  // Drops what has not begun. A call that is under way is left to end by itself, behind our back:
  // librdkafka has no way to interrupt it.
  ~CallThread();
  CallThread(const CallThread&) = delete;
  CallThread& operator=(const CallThread&) = delete;

  // `call` owns whatever it uses. Thread: the owner's.
  void Run(UniqueFunction<void()> call);
  // Waits until everything that was given has run.
  void Drain();

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace andon::kafka
