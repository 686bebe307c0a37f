// What becomes of a delivery that the output has answered: done, once more, or refused.
#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/event/run_set.h"
#include "core/pipeline/backoff.h"
#include "core/pipeline/flusher_door.h"
#include "core/plugin/error_event.h"

namespace andon {

namespace {

// Adds every event of the chunk.
void RejectAll(const Chunk& chunk, const std::string& reason, std::vector<Rejection>* rejections) {
  for (const Piece& piece : chunk.pieces()) {
    for (uint32_t i = 0; i < piece.count; ++i) rejections->push_back({piece.first + i, reason});
  }
}

}  // namespace

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
    // Others go on meanwhile: a few events must not keep the blocks that they stand in.
    const Chunk rest = delivery.chunk.Only(result.again);
    Again({.chunk = status.ok() ? rest.Detached() : rest,
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

}  // namespace andon
