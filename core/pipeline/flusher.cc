#include "core/pipeline/flusher.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/event/run_set.h"
#include "core/pipeline/backoff.h"
#include "core/plugin/error_event.h"

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

// Adds every event of the chunk.
void RejectAll(const Chunk& chunk, const std::string& reason, std::vector<Rejection>* rejections) {
  for (const Piece& piece : chunk.pieces()) {
    for (uint32_t i = 0; i < piece.count; ++i) rejections->push_back({piece.first + i, reason});
  }
}

}  // namespace

// The way back to a flusher, whose loop's thread may end after it.
class Flusher::Door : public std::enable_shared_from_this<Flusher::Door> {
 public:
  explicit Door(Flusher& flusher) : loop_(&flusher.parts_.loop), flusher_(&flusher) {}

  // Runs `task` on the output's thread unless the flusher is gone by then. Thread: any.
  void Post(UniqueFunction<void(Flusher&)> task) {
    MutexLock lock(mutex_);
    if (loop_ == nullptr) return;
    loop_->Post([door = shared_from_this(), task = std::move(task)]() mutable {
      if (door->flusher_ != nullptr) task(*door->flusher_);
    });
  }
  // Thread: output.
  void Close() {
    MutexLock lock(mutex_);
    loop_ = nullptr;
    flusher_ = nullptr;
  }

 private:
  Mutex mutex_;
  Loop* loop_ GUARDED_BY(mutex_);
  Flusher* flusher_;  // Thread: output.
};

Flusher::Flusher(Parts parts, const OutputLimits& limits, const RetryConfig& retry)
    : parts_(std::move(parts)),
      limits_(limits),
      retry_(retry),
      door_(std::make_shared<Door>(*this)),
      write_seconds_(parts_.metrics.GetHistogram("andon_output_write_seconds",
                                                 "time from Write to its answer")),
      held_(parts_.metrics.GetGauge("andon_events_held",
                                    "events in the journal that the output has not finished")),
      gap_(parts_.cursor.gap_events()),
      damaged_(parts_.cursor.damaged_events()) {}

Flusher::~Flusher() { door_->Close(); }

void Flusher::Start() {
  thread_.Check();
  started_ = true;
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
  CountLost();
  held_.Set(static_cast<double>(parts_.cursor.held_events()));
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

void Flusher::Done(const Delivery& delivery, WriteResult result) {
  thread_.Check();
  --in_flight_;
  std::ranges::sort(result.rejected, {}, &Rejection::event);
  const Status status = result.status;
  if (status.ok() || status.code() == StatusCode::kRejected) {
    NoteSuccess();
  } else {
    NoteFailure(delivery, status);
  }
  Deliver(delivery, result);
  if (!result.again.empty()) {
    Again({.chunk = delivery.chunk.Only(result.again),
           .scope = result.again,
           .tries = delivery.tries,
           .first_try = delivery.first_try},
          status);
  }
  if (!result.rejected.empty()) Refuse(delivery, std::move(result.rejected));
  if (!started_ && in_flight_ == 0 && stopped_) {
    std::exchange(stopped_, nullptr)();
    return;  // Who waited may have destroyed this.
  }
  Pump();
}

// Treats every event that the result does not name as its status says, and leaves the others in
// `result`.
void Flusher::Deliver(const Delivery& delivery, WriteResult& result) {
  const Chunk& chunk = delivery.chunk;
  RunSet named;
  for (const Range& range : result.again) named.Add(range);
  for (const Rejection& rejection : result.rejected) named.Add({rejection.event, rejection.event});
  std::vector<Range> rest;
  for (const Range& range : delivery.scope) {
    const std::vector<Range> unnamed = named.Missing(range);
    rest.insert(rest.end(), unnamed.begin(), unnamed.end());
  }
  if (result.status.ok()) {
    const bool whole = result.again.empty() && result.rejected.empty();
    parts_.ledger.Passed(whole ? chunk.events() : chunk.Only(rest).events());
    if (!rest.empty()) parts_.cursor.Finish(chunk.lane(), rest, std::exchange(result.note, {}));
  } else if (result.status.code() == StatusCode::kRejected) {
    RejectAll(chunk.Only(rest), std::string(result.status.message()), &result.rejected);
    std::ranges::sort(result.rejected, {}, &Rejection::event);
  } else {
    result.again.insert(result.again.end(), rest.begin(), rest.end());
    std::ranges::sort(result.again, {}, &Range::first);
  }
  if (!result.note.empty()) parts_.cursor.Save(result.note, [](const Status&) {});
}

void Flusher::Again(Delivery delivery, const Status& status) {
  const Duration wait = Backoff(retry_.initial, retry_.maximum, delivery.tries, parts_.random);
  if (GivesUp(delivery)) {
    const std::string_view why = status.ok() ? "not taken" : status.message();
    const std::string reason =
        "gave up after " + std::to_string(delivery.tries) + " tries: " + std::string(why);
    std::vector<Rejection> rejections;
    RejectAll(delivery.chunk, reason, &rejections);
    Refuse(delivery, std::move(rejections));
    return;
  }
  parts_.ledger.Retried(delivery.chunk.events());
  delivery.due = parts_.loop.Now() + wait;
  again_bytes_ += delivery.chunk.bytes();
  again_.push_back(std::move(delivery));
}

bool Flusher::GivesUp(const Delivery& delivery) const {
  return retry_.give_up_after > Duration::zero() &&
         parts_.loop.Now() - delivery.first_try >= retry_.give_up_after;
}

void Flusher::Refuse(const Delivery& delivery, std::vector<Rejection> rejections) {
  LogWarn(parts_.id, "events were refused, they become error events",
          {{"events", rejections.size()}, {"reason", rejections.front().reason}});
  // An error event that is refused itself ends here.
  std::vector<Rejection> ended;
  std::vector<Rejection> wrapped;
  auto next = rejections.begin();
  for (const Piece& piece : delivery.chunk.pieces()) {
    std::vector<Rejection>& to = IsErrorTag(piece.tag->text()) ? ended : wrapped;
    for (; next != rejections.end() && next->event < piece.first + piece.count; ++next) {
      to.push_back(std::move(*next));
    }
  }
  if (!ended.empty()) {
    parts_.ledger.Dropped("error_rejected", ended.size());
    for (const Rejection& one : ended) {
      parts_.cursor.Finish(delivery.chunk.lane(), {one.event, one.event}, "");
    }
  }
  if (wrapped.empty()) return;
  ++refusing_;
  auto rejected =
      std::make_unique<RejectedEvents>(RejectedEvents{parts_.id, delivery.chunk, wrapped, nullptr});
  rejected->durable = [door = door_, chunk = delivery.chunk,
                       wrapped = std::move(wrapped)]() mutable {
    door->Post([chunk = std::move(chunk), wrapped = std::move(wrapped)](Flusher& flusher) {
      flusher.Refused(chunk, wrapped);
    });
  };
  parts_.reject(std::move(rejected));
}

void Flusher::Refused(const Chunk& chunk, const std::vector<Rejection>& rejections) {
  --refusing_;
  parts_.ledger.Rejected(rejections.size());
  for (const Rejection& one : rejections) {
    parts_.cursor.Finish(chunk.lane(), {one.event, one.event}, "");
  }
  Pump();
}

// What the journal had to let go before it was delivered.
void Flusher::CountLost() {
  const uint64_t gap = parts_.cursor.gap_events();
  const uint64_t damaged = parts_.cursor.damaged_events();
  if (gap > gap_) {
    parts_.ledger.Dropped("overflow", gap - gap_);
    LogWarn(parts_.id, "events were dropped before they were delivered: the journal was full",
            {{"events", gap - gap_}});
  }
  if (damaged > damaged_) {
    parts_.ledger.Dropped("damaged", damaged - damaged_);
    LogError(parts_.id, "events are lost: the journal is damaged where they were",
             {{"events", damaged - damaged_}});
  }
  gap_ = gap;
  damaged_ = damaged;
}

void Flusher::NoteFailure(const Delivery& delivery, const Status& status) {
  if (delivery.outage < outages_) return;
  ++outages_;
  ++failures_;
  const Duration wait = Backoff(retry_.initial, retry_.maximum, failures_, parts_.random);
  closed_until_ = parts_.loop.Now() + wait;
  LogWarn(parts_.id, "could not deliver, trying again",
          {{"reason", status.message()},
           {"failures", failures_},
           {"wait_ms", std::chrono::duration_cast<std::chrono::milliseconds>(wait).count()}});
  parts_.trouble.Set(std::string(status.message()));
}

void Flusher::NoteSuccess() {
  closed_until_ = {};
  if (failures_ == 0) return;
  LogInfo(parts_.id, "delivers again", {{"after_failures", failures_}});
  failures_ = 0;
  parts_.trouble.Set("");
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
