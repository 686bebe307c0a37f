// The memory for messages that are partly received, shared by all connections of a worker. While
// there is enough, everybody reads as much as it likes; the less is left, the less at a time; when
// it is used up, only the connection that has waited longest with a part of a message reads on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>

#include "core/base/time.h"
#include "core/net/progress_watch.h"

namespace andon::forward {

// Thread: worker.
class ReceiveBudget {
 public:
  class Holder {
   public:
    // It was refused, and may ask again now. Called from inside Charge and Wake of others.
    virtual void MayReadAgain() = 0;

   protected:
    ~Holder() = default;

   private:
    friend class ReceiveBudget;  // Two halves of one thing: a holder's place in the list.
    size_t charged_ = 0;
    bool waiting_ = false;
    uint64_t number_ = 0;  // Of its place: another message has another one.
    std::list<Holder*>::iterator place_;
  };

  explicit ReceiveBudget(size_t limit_bytes) : limit_(limit_bytes) {}

  // How much `holder` may read now, `wanted` at most. 0: it must wait, and will be told.
  size_t Grant(Holder& holder, size_t wanted);
  // `holder` keeps `bytes` now, in place of what it kept before. `fresh`: they are the beginning of
  // another message, and the holder goes to the end of the line.
  void Charge(Holder& holder, size_t bytes, bool fresh);
  // Tells some of those that wait, when there is room. Call it after each read.
  void Wake();
  // The holder goes away.
  void Forget(Holder& holder);

  // The oldest holder, when others have waited for it for too long (ProgressWatch): it is to be
  // closed. Call it now and then while somebody waits: the time runs from the first call that sees
  // that holder.
  Holder* TakeStalled(MonotonicTime now);
  bool anybody_waits() const { return !waiting_.empty(); }
  // Nobody could make progress meanwhile: the time does not count.
  void Excuse() { watch_.Forget(); }
  // Nobody waits any more: who is waited for next has the whole time again.
  void BePatient() { watch_.RestoreLimit(); }
  size_t used() const { return used_; }

 private:
  bool IsOldest(const Holder& holder) const {
    return !holders_.empty() && holders_.front() == &holder;
  }
  const size_t limit_;
  size_t used_ = 0;
  std::list<Holder*> holders_;  // With a charge; who began first is first.
  std::deque<Holder*> waiting_;
  uint64_t last_number_ = 0;
  ProgressWatch watch_;  // Of the oldest holder, while somebody waits.
};

}  // namespace andon::forward
