#include "inputs/forward/receive_budget.h"

#include <algorithm>

namespace andon::forward {
namespace {

constexpr size_t kLeastRead = 4096;
constexpr size_t kShare = 4;                     // A read gets at most this part of what is left.
constexpr size_t kWokenFor = size_t{256} << 10;  // One holder is woken for so much room.

}  // namespace

size_t ReceiveBudget::Grant(Holder& holder, size_t wanted) {
  const size_t left = used_ < limit_ ? limit_ - used_ : 0;
  if (IsOldest(holder)) return wanted;
  if (left > 0) return std::min(wanted, std::max(kLeastRead, left / kShare));
  // Messages that are whole at once need no memory: who holds nothing goes on, in small steps,
  // unless many do that.
  const size_t others = holders_.empty() ? 0 : used_ - holders_.front()->charged_;
  if (holder.charged_ == 0 && others < limit_) return std::min(wanted, kLeastRead);
  if (!holder.waiting_) waiting_.push_back(&holder);
  holder.waiting_ = true;
  return 0;
}

void ReceiveBudget::Charge(Holder& holder, size_t bytes, bool fresh) {
  const bool held = holder.charged_ > 0;
  used_ = used_ - holder.charged_ + bytes;
  holder.charged_ = bytes;
  if (held && (fresh || bytes == 0)) holders_.erase(holder.place_);
  if (bytes == 0 || (held && !fresh)) return;
  holder.place_ = holders_.insert(holders_.end(), &holder);
  holder.number_ = ++last_number_;
}

void ReceiveBudget::Wake() {
  if (waiting_.empty()) return;
  Holder* oldest = holders_.empty() ? nullptr : holders_.front();
  if (oldest != nullptr && oldest->waiting_) {
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), oldest));
    oldest->waiting_ = false;
    oldest->MayReadAgain();
  }
  size_t left = used_ < limit_ ? limit_ - used_ : 0;
  while (left > 0 && !waiting_.empty()) {
    Holder* next = waiting_.front();
    waiting_.pop_front();
    next->waiting_ = false;
    next->MayReadAgain();
    left -= std::min(left, kWokenFor);
  }
}

void ReceiveBudget::Forget(Holder& holder) {
  if (holder.waiting_) waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &holder));
  holder.waiting_ = false;
  if (holder.charged_ > 0) holders_.erase(holder.place_);
  used_ -= holder.charged_;
  holder.charged_ = 0;
}

ReceiveBudget::Holder* ReceiveBudget::TakeStalled(MonotonicTime now) {
  if (waiting_.empty() || holders_.empty()) {
    watch_.Forget();
    return nullptr;
  }
  Holder* oldest = holders_.front();
  if (!watch_.IsStalled(oldest->number_, oldest->charged_, now)) return nullptr;
  watch_.ShortenLimit();
  return oldest;
}

}  // namespace andon::forward
