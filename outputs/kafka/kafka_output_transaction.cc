// The Kafka output's transactions: begun, settled and answered for one after the other.

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/kafka/producer.h"
#include "outputs/kafka/kafka_output.h"

namespace andon::kafka_output {

namespace {

constexpr Duration kBetweenTransactions = std::chrono::milliseconds(20);

}  // namespace

// The coordinator ends a transaction in the background. A partition that joins the next one before
// that has to ask again after 20 ms, and librdkafka keeps a processor busy until then.
bool KafkaOutput::MayBegin() {
  if (!exactly_once_ || in_transaction_) return true;
  const MonotonicTime now = context_->loop.Now();
  if (now >= next_begin_) return true;
  begin_timer_ = context_->loop.After(next_begin_ - now, [this] { SchedulePump(); });
  return false;
}

bool KafkaOutput::HasEnough() const {
  return in_transaction_ && !cut() &&
         transaction_size_.Enough(transaction_bytes_, context_->loop.Now() - transaction_begun_);
}

bool KafkaOutput::Begin() {
  const kafka::Error error = kafka::BeginTransaction(*client_);
  if (!error.ok()) {
    BreakSoon(error);
    return false;
  }
  in_transaction_ = true;
  transaction_bytes_ = 0;
  transaction_begun_ = context_->loop.Now();
  cursor_messages_ = std::make_shared<CursorMessages>();
  doomed_ = !cursor_messages_->Begin(cursor_place(), transactions_ + 1);
  unreported_ = doomed_ ? 0 : 1;
  return !doomed_;
}

void KafkaOutput::Commit() {
  settling_ = true;
  if (doomed_) return AbortDoomed();
  cursor_messages_->End(cursor_place(), under_way_, delivered_, closed_lanes_);
  draining_ = true;
  (void)HandOverCursor();
}

// False: some of it has to wait for reports, or the transaction cannot take it.
bool KafkaOutput::HandOverCursor() {
  int code = 0;
  const size_t before = cursor_messages_->handed_over();
  const kafka::ProduceResult result = cursor_messages_->HandOver(cursor_place(), &code);
  unreported_ += cursor_messages_->handed_over() - before;
  if (result == kafka::ProduceResult::kRefused) {
    draining_ = false;
    kafka::Error error;
    error.text = "the cursor could not be written: " + std::string(kafka::ErrorText(code));
    Abort(error);
  }
  return result == kafka::ProduceResult::kTaken;
}

// Only once everything is reported: librdkafka's own waiting keeps a processor busy.
void KafkaOutput::Settle() {
  if (!draining_) return;
  if (!doomed_ && (!HandOverCursor() || unreported_ > 0)) return;
  draining_ = false;
  if (doomed_) return AbortDoomed();
  RunCall([client = client_] { return kafka::CommitTransaction(*client); },
          [this](const kafka::Error& error) { Committed(error); });
}

void KafkaOutput::Committed(const kafka::Error& error) {
  if (error.ok()) return Delivered();
  if (error.needs_abort) return Abort(error);
  if (!error.retriable || error.fatal) return Break(error);
  LogWarn(context_->id, "committing takes long, going on", {{"reason", error.text}});
  RunCall([client = client_] { return kafka::CommitTransaction(*client); },
          [this](const kafka::Error& next) { Committed(next); });
}

void KafkaOutput::Delivered() {
  const auto cursor = std::exchange(cursor_messages_, nullptr);
  const MonotonicTime now = context_->loop.Now();
  ++transactions_;
  transaction_size_.Committed(transaction_bytes_, now - transaction_begun_);
  next_begin_ = now + kBetweenTransactions;
  cursor->MoveInto(delivered_, closed_lanes_);
  in_transaction_ = settling_ = false;
  const std::string note = MakeNote();
  for (auto& delivery : std::exchange(under_way_, {})) {
    // Every report was in before the commit; librdkafka is not asked to prove it.
    if (delivery->unreported > 0) client_->Keep(delivery->batch);
    Answer(*delivery, OkStatus(), note);
  }
  Pump();
}

// Requests behind the one that failed are sent again and again, and librdkafka waits for them
// until the transaction times out. A new client ends the transaction at once.
void KafkaOutput::AbortDoomed() {
  TakeCut();
  const std::string refused = SetRefusedTopicsAside();
  CloseSession();
  state_ = State::kClosed;
  GiveBack(refused.empty() ? "kafka: transaction: a message could not be delivered" : refused,
           !refused.empty());
  Open();
}

void KafkaOutput::Abort(const kafka::Error& why) {
  settling_ = true;
  TakeCut();
  RunCall([client = client_] { return kafka::AbortTransaction(*client); },
          [this, why](const kafka::Error& error) { Aborted(why, error); });
}

void KafkaOutput::Aborted(const kafka::Error& why, const kafka::Error& error) {
  if (!error.ok() && error.retriable && !error.fatal) return Abort(why);
  if (!error.ok()) return Break(error);
  in_transaction_ = settling_ = false;
  transaction_size_.Failed();
  client_->Keep(std::exchange(cursor_messages_, nullptr));
  const std::string refused = SetRefusedTopicsAside();
  const std::string reason = refused.empty() ? kafka::Advice(why, "kafka: transaction") : refused;
  for (const auto& delivery : under_way_) {
    if (delivery->unreported > 0) client_->Keep(delivery->batch);
  }
  GiveBack(reason, !refused.empty());
  Pump();
}

// Nothing of what was under way is in Kafka, for this reason if no message has another.
void KafkaOutput::GiveBack(const std::string& reason, bool for_all) {
  auto aborted = std::exchange(under_way_, {});
  const auto found = [](const auto& delivery) { return delivery->found > 0; };
  if (careful_ && std::ranges::any_of(aborted, found)) {
    // Each round finds at least one message: the others may go on at once.
    for (auto& delivery : aborted) {
      delivery->Restart();
      waiting_.push_front(std::move(delivery));
    }
    aborted.clear();
  }
  for (auto& delivery : aborted) {
    const bool own = !for_all && !delivery->trouble.empty();
    const std::string first = own ? delivery->trouble : reason;
    Answer(*delivery, Unavailable(first), "");
  }
}

}  // namespace andon::kafka_output
