// Without a journal an ack waits until every output it is routed to has the events.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/event/event_batch.h"
#include "core/plugin/ack.h"

namespace andon::journal {

class Lane;

struct PendingAck {
  Ack ack;  // Thread: the owner's worker.
  std::weak_ptr<Lane> owner;
  std::atomic<uint32_t> open{1};  // Cursors that are awaited; and whoever still adds some.
};

// Of one lane, under its lock.
class DeliveryAcks {
 public:
  using Done = std::vector<std::shared_ptr<PendingAck>>;

  // Waits for `cursor` to finish everything up to `last`. In the order of `last`.
  void Expect(uint32_t cursor, Sequence last, const std::shared_ptr<PendingAck>& pending) {
    waiting_[cursor].emplace_back(last, pending);
    ++pending->open;
  }
  // Waits for all that is routed and not finished.
  void ExpectAll(const std::shared_ptr<PendingAck>& pending) {
    for (auto& [cursor, routed] : last_routed_) {
      if (finished_[cursor] < routed) Expect(cursor, routed, pending);
    }
  }
  void Routed(uint32_t cursor, Sequence last) { last_routed_[cursor] = last; }
  void Finished(uint32_t cursor, Sequence watermark, Done& done) {
    finished_[cursor] = watermark;
    auto& queue = waiting_[cursor];
    for (; !queue.empty() && queue.front().first <= watermark; queue.pop_front()) {
      Release(std::move(queue.front().second), done);
    }
  }
  static void Release(std::shared_ptr<PendingAck> pending, Done& done) {
    if (--pending->open == 0) done.push_back(std::move(pending));
  }

 private:
  std::map<uint32_t, std::deque<std::pair<Sequence, std::shared_ptr<PendingAck>>>> waiting_;
  std::map<uint32_t, Sequence> last_routed_;
  std::map<uint32_t, Sequence> finished_;
};

}  // namespace andon::journal
