// A worker's lane: appends into blocks; the journal's thread cuts off what is to be written.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/mutex.h"
#include "core/journal/delivery_acks.h"
#include "core/journal/intake.h"
#include "core/journal/journal.h"
#include "core/journal/lane_part.h"
#include "core/journal/unit.h"

namespace andon::journal {

class LaneSet;

class Lane : public std::enable_shared_from_this<Lane> {
 public:
  Lane(const LaneId& id, std::shared_ptr<Intake> intake, std::weak_ptr<LaneSet> lanes, Loop& worker,
       LaneListener listener);

  const LaneId& id() const { return id_; }

  // Thread: worker.
  Sequence Append(std::span<const LaneWriter::Item> items, std::span<const Position> covers,
                  Ack ack);
  void AckWhenDurable(Ack ack);
  bool full() const { return intake_->pressure.full(); }
  // Nobody appends any more; acks that are open are reported as dropped.
  void Close();

  // Thread: journal.
  Mutex& mutex() { return mutex_; }
  struct Cut {
    std::vector<LanePart> parts;
    bool answers = false;  // Acks wait for this commit.
    bool closed = false;   // And this is all there will ever be.
  };
  Cut CutAll() REQUIRES(mutex_);  // Into the commit that is numbered next_commit.

  // Thread: any.
  void Answer();           // The worker answers what is durable.
  void PressureChanged();  // The worker's listener is told.
  void ExpectAll(const std::shared_ptr<PendingAck>& pending);
  void Finished(uint32_t cursor, Sequence watermark);
  void Delivered(std::shared_ptr<PendingAck> pending);

 private:
  const Route& RouteOf(RouteId id);
  void BuildUnit(std::span<const LaneWriter::Item> items);
  size_t WriteUnit(std::span<const Position> covers) REQUIRES(mutex_);
  size_t WriteOne(const RecordFields& fields, const RouteId* route) REQUIRES(mutex_);
  void MakeRoom(size_t bytes) REQUIRES(mutex_);
  void ClosePart() REQUIRES(mutex_);
  void OpenPart(size_t begin) REQUIRES(mutex_);
  void AddAck(Ack ack) REQUIRES(mutex_);
  std::shared_ptr<PendingAck> AwaitOutputs(Ack ack) REQUIRES(mutex_);
  void AnswerNow();
  void LookAtPressure();
  void PressureNow();
  void CommitSoon(bool now);
  // After Close the worker's loop is not touched any more.
  void PostToWorker(void (Lane::*task)());

  const LaneId id_;
  const std::shared_ptr<Intake> intake_;
  const std::weak_ptr<LaneSet> lanes_;
  Loop& worker_;

  // Thread: worker.
  LaneListener listener_;
  Unit unit_;
  ByteBuffer positions_;
  std::vector<std::shared_ptr<const Route>> routes_;  // By RouteId, as met.
  std::unique_ptr<Timer> flush_timer_;
  bool flush_armed_ = false;
  bool told_full_ = false;
  bool closed_to_worker_ = false;

  Mutex post_mutex_;
  bool worker_gone_ GUARDED_BY(post_mutex_) = false;
  std::atomic<bool> answer_posted_{false};
  std::atomic<bool> pressure_posted_{false};

  Mutex mutex_;
  Sequence next_ GUARDED_BY(mutex_) = 1;
  LanePart open_ GUARDED_BY(mutex_);  // Its block is null when there is none.
  std::vector<LanePart> filled_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
  struct WaitingAck {
    uint64_t after;  // Number of a commit; in deferred_: of a claim.
    Ack ack;
  };
  std::deque<WaitingAck> acks_ GUARDED_BY(mutex_);
  std::deque<WaitingAck> deferred_ GUARDED_BY(mutex_);
  DeliveryAcks deliveries_ GUARDED_BY(mutex_);
  std::unordered_map<PendingAck*, std::shared_ptr<PendingAck>> pending_ GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<PendingAck>> delivered_ GUARDED_BY(mutex_);
};

}  // namespace andon::journal
