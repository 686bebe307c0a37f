// When a lane answers: acks that wait for a commit, or, without a disk, for outputs.
#include <map>
#include <utility>

#include "core/journal/lane.h"
#include "core/journal/lane_set.h"

namespace andon::journal {

void Lane::AckWhenDurable(Ack ack) {
  if (!ack) return;
  if (intake_->in_memory) {
    std::shared_ptr<PendingAck> pending;
    {
      MutexLock lock(mutex_);
      pending = AwaitOutputs(std::move(ack));
    }
    if (const auto lanes = lanes_.lock()) {
      lanes->ForEach([&](Lane& lane) { lane.ExpectAll(pending); });
    }
    DeliveryAcks::Done done;
    DeliveryAcks::Release(std::move(pending), done);
    for (auto& one : done) Delivered(std::move(one));
    return;
  }
  {
    MutexLock lock(mutex_);
    const uint64_t claims = intake_->positions.next_claim();
    if (intake_->positions.first_open_claim() == claims) {
      acks_.push_back({intake_->next_commit, std::move(ack)});
    } else {
      deferred_.push_back({claims, std::move(ack)});
    }
  }
  CommitSoon(true);
}

void Lane::AddAck(Ack ack) {
  if (intake_->in_memory && unit_.events() > 0) {
    const std::shared_ptr<PendingAck> pending = AwaitOutputs(std::move(ack));
    std::map<uint32_t, Sequence> last;
    for (const Unit::Fragment& fragment : unit_.fragments()) {
      for (const uint32_t cursor : fragment.fields.routes) {
        last[cursor] = fragment.fields.first + fragment.fields.count - 1;
      }
    }
    for (const auto& [cursor, sequence] : last) deliveries_.Expect(cursor, sequence, pending);
    if (--pending->open > 0) return;
    pending_.erase(pending.get());
    ack = std::move(pending->ack);
  }
  acks_.push_back({intake_->next_commit, std::move(ack)});
}

std::shared_ptr<PendingAck> Lane::AwaitOutputs(Ack ack) {
  auto pending = std::make_shared<PendingAck>();
  pending->ack = std::move(ack);
  pending->owner = weak_from_this();
  pending_.emplace(pending.get(), pending);
  return pending;
}

void Lane::ExpectAll(const std::shared_ptr<PendingAck>& pending) {
  MutexLock lock(mutex_);
  deliveries_.ExpectAll(pending);
}

void Lane::Finished(uint32_t cursor, Sequence watermark) {
  DeliveryAcks::Done done;
  {
    MutexLock lock(mutex_);
    deliveries_.Finished(cursor, watermark, done);
  }
  for (auto& one : done) {
    if (const auto owner = one->owner.lock()) owner->Delivered(std::move(one));
  }
}

void Lane::Delivered(std::shared_ptr<PendingAck> pending) {
  {
    MutexLock lock(mutex_);
    if (pending_.erase(pending.get()) == 0) return;  // Closed meanwhile.
    delivered_.push_back(std::move(pending));
  }
  Answer();
}

void Lane::Answer() {
  if (answer_posted_.exchange(true)) return;
  PostToWorker(&Lane::AnswerNow);
}

void Lane::AnswerNow() {
  answer_posted_ = false;
  std::vector<Ack> durable;
  {
    MutexLock lock(mutex_);
    for (auto& one : delivered_) durable.push_back(std::move(one->ack));
    delivered_.clear();
    const uint64_t commit = intake_->durable_commit;
    for (; !acks_.empty() && acks_.front().after <= commit; acks_.pop_front()) {
      durable.push_back(std::move(acks_.front().ack));
    }
  }
  for (Ack& ack : durable) ack.Durable();
}

}  // namespace andon::journal
