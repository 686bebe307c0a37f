#include "core/pipeline/flusher.h"

#include <algorithm>
#include <utility>

#include "core/pipeline/flusher_door.h"

namespace andon {

namespace {

constexpr size_t kAgainBytes = size_t{8} << 20;  // Chunks that wait for another try pin so much.
constexpr int kRefusingAtOnce = 16;

// Answers kUnavailable when the output forgets to.
class Answer {
 public:
  explicit Answer(UniqueFunction<void(WriteResult)> deliver) : deliver_(std::move(deliver)) {}
  Answer(Answer&&) = default;
  Answer& operator=(Answer&&) = delete;
  Answer(const Answer&) = delete;
  ~Answer() {
    if (deliver_) Give({.status = Unavailable("the output gave no answer")});
  }
  void Give(WriteResult result) { std::exchange(deliver_, nullptr)(std::move(result)); }

 private:
  UniqueFunction<void(WriteResult)> deliver_;
};

}  // namespace

Flusher::Flusher(Parts parts, const OutputLimits& limits, const RetryConfig& retry)
    : parts_(std::move(parts)),
      limits_(limits),
      retry_(retry),
      door_(std::make_shared<Door>(*this)),
      write_seconds_(parts_.metrics.GetHistogram("andon_output_write_seconds",
                                                 "time from Write to its answer")),
      accounts_(FlusherAccounts::Open(parts_.id, parts_.cursor, parts_.ledger, parts_.metrics)) {}

Flusher::~Flusher() {
  door_->Close();
  accounts_->Close();
}

void Flusher::Start() {
  thread_.Check();
  started_ = true;
  parts_.cursor.SetMemory(limits_.memory);
  parts_.output.Start();
  Pump();
}

void Flusher::Stop(UniqueFunction<void()> done) {
  thread_.Check();
  started_ = false;
  timer_.reset();
  if (in_flight_ == 0) {
    done();
  } else {
    stopped_ = std::move(done);
  }
}

bool Flusher::idle() const {
  return in_flight_ == 0 && refusing_ == 0 && again_.empty() && parts_.cursor.held_events() == 0;
}

void Flusher::Pump() {
  thread_.Check();
  if (pumping_) return;
  pumping_ = true;
  while (started_ && StartOne()) {
  }
  pumping_ = false;
  accounts_->Tell();
}

bool Flusher::StartOne() {
  if (in_flight_ >= limits_.in_flight || refusing_ >= kRefusingAtOnce) return false;
  const MonotonicTime now = parts_.loop.Now();
  if (now < closed_until_) {
    WakeAt(closed_until_);
    return false;
  }
  const auto due = std::ranges::min_element(again_, {}, &Delivery::due);
  if (due != again_.end() && due->due <= now) {
    Delivery delivery = std::move(*due);
    again_.erase(due);
    again_bytes_ -= delivery.chunk.bytes();
    Write(std::move(delivery));
    return true;
  }
  if (due != again_.end()) WakeAt(due->due);
  if (again_bytes_ >= kAgainBytes) return false;
  std::optional<Chunk> chunk = NextChunk();
  if (!chunk.has_value()) return false;
  if (chunk->events() == 0) {
    parts_.cursor.Finish(chunk->lane(), chunk->window(), "");
  } else {
    const Range window = chunk->window();
    Write({.chunk = *std::move(chunk), .scope = {window}, .first_try = now});
  }
  return true;
}

std::optional<Chunk> Flusher::NextChunk() {
  if (limits_.age > Duration::zero()) {
    const uint64_t ready = parts_.cursor.ready_bytes();
    if (ready > 0 && ready < limits_.bytes) {
      const MonotonicTime now = parts_.loop.Now();
      if (!filling_since_.has_value()) filling_since_ = now;
      const MonotonicTime due = *filling_since_ + limits_.age;
      if (now < due) {
        WakeAt(due);
        return std::nullopt;
      }
    }
    filling_since_.reset();
  }
  return parts_.cursor.Next(limits_.bytes, limits_.events);
}

void Flusher::Write(Delivery delivery) {
  ++in_flight_;
  ++delivery.tries;
  delivery.outage = outages_;
  const MonotonicTime begun = parts_.loop.Now();
  Chunk chunk = delivery.chunk;
  Answer answer([door = door_, delivery = std::move(delivery), begun](WriteResult result) mutable {
    // Posted: the output may answer from inside Write, or from a thread of its own.
    door->Post([delivery = std::move(delivery), begun,
                result = std::move(result)](Flusher& flusher) mutable {
      flusher.write_seconds_.Observe(
          std::chrono::duration<double>(flusher.parts_.loop.Now() - begun).count());
      flusher.Done(delivery, std::move(result));
    });
  });
  parts_.output.Write(std::move(chunk), [answer = std::move(answer)](WriteResult result) mutable {
    answer.Give(std::move(result));
  });
}

void Flusher::WakeAt(MonotonicTime due) {
  const MonotonicTime now = parts_.loop.Now();
  if (timer_ != nullptr && timer_due_ <= due && timer_due_ > now) return;
  timer_due_ = due;
  timer_ = parts_.loop.After(due - now, [this] {
    // The timer must not be destroyed inside its own task.
    timer_due_ = {};
    Pump();
  });
}

}  // namespace andon
