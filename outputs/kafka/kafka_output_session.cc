// The Kafka output's sessions: a client each, with the cursor that it found in Kafka.

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/kafka/producer.h"
#include "outputs/kafka/cursor_note.h"
#include "outputs/kafka/cursor_topic.h"
#include "outputs/kafka/kafka_output.h"

namespace andon::kafka_output {

void KafkaOutput::Open() {
  if (state_ != State::kClosed) return;
  state_ = State::kOpening;
  ++generation_;
  careful_ = caution_.wanted(context_->loop.Now());
  SessionPlan plan{.id = context_->id,
                   .properties = config_.client.All(),
                   .transactional_id = transactional_id_,
                   .cursor = config_.cursor,
                   .claim = claim_,
                   .claimed_before = claimed_,
                   .one_by_one = careful_,
                   .batch_bytes = careful_ ? 0 : batch_bytes_};
  RunCall([plan = std::move(plan)] { return OpenSession(plan); },
          [this](Result<Session> result) { Opened(std::move(result)); });
}

void KafkaOutput::Opened(Result<Session> result) {
  state_ = State::kClosed;
  Status status = result.status();
  if (status.ok() && result->taken_over) return TakenOver(result->book.claim());
  if (status.ok()) status = TakeSession(*std::move(result));
  if (!status.ok()) {
    CloseSession();
    AnswerWaiting(status);
    return;
  }
  state_ = State::kOpen;
  claimed_ = exactly_once_;
  Pump();
}

Status KafkaOutput::TakeSession(Session session) {
  if (exactly_once_) RETURN_IF_ERROR(CheckCount(session));
  client_ = std::move(session.client);
  cluster_id_ = std::move(session.cluster_id);
  RETURN_IF_ERROR(client_->Attach(context_->loop, *this));
  if (!exactly_once_) return OkStatus();
  cursor_topic_ = std::make_unique<kafka::Topic>(client_, config_.cursor.topic);
  cursor_partition_ = session.cursor_partition;
  delivered_ = session.book.lanes();
  transactions_ = std::max(transactions_, session.book.transactions());
  return OkStatus();
}

// Our own cursor is older than Kafka's, or the same. Newer it can only be when Kafka lost its.
Status KafkaOutput::CheckCount(const Session& session) {
  const CursorNote note = DecodeCursorNote(context_->note);
  const bool here = note.cluster == session.cluster_id && note.topic == config_.cursor.topic;
  const bool before = cluster_id_ == session.cluster_id;
  const uint64_t known =
      std::max(here ? note.transactions : 0, before ? transactions_ : uint64_t{0});
  const uint64_t stored = session.book.transactions();
  if (!here && note.transactions > 0) {
    LogWarn(context_->id,
            "another cluster or cursor topic than before, going on where the journal is",
            {{"cluster", session.cluster_id}, {"topic", config_.cursor.topic}});
  }
  if (!before) transactions_ = 0;
  if (stored >= known) return OkStatus();
  const std::string what = CursorTopicSubject(config_.cursor.topic) + " knows " +
                           std::to_string(stored) + " transactions of \"" + transactional_id_ +
                           "\", and there were at least " + std::to_string(known);
  if (config_.cursor.when_lost == WhenLost::kGoOn) {
    LogError(context_->id, "the cursor in Kafka was lost, some events may be delivered again",
             {{"reason", what}});
    return OkStatus();
  }
  return Unavailable(what +
                     ": was it deleted or restored? Nothing is delivered until it is back, or "
                     "cursor: {when_lost: go_on} is set, which may deliver some events again");
}

void KafkaOutput::TakenOver(const std::string& by) {
  state_ = State::kTakenOver;
  takeover_ = "kafka: another andond with this data folder's id delivers in its place (" + by +
              "); stop one of them and restart the other";
  LogError(context_->id, "another andond has taken over, nothing is delivered here any more",
           {{"by", by}, {"transactional_id", transactional_id_}});
  AnswerWaiting(Unavailable(takeover_));
}

std::string KafkaOutput::MakeNote() const {
  return EncodeCursorNote({cluster_id_, config_.cursor.topic, transactions_});
}

// librdkafka may look at payloads until the client is gone, so they go with it.
void KafkaOutput::CloseSession() {
  ++generation_;
  if (in_transaction_) transaction_size_.Failed();
  in_transaction_ = settling_ = draining_ = false;
  cursor_topic_.reset();
  topics_.ForgetClient();
  begin_timer_.reset();
  if (client_ == nullptr) return;
  client_->Detach();
  statistics_->ForgetClient();
  if (cursor_messages_ != nullptr) client_->Keep(std::exchange(cursor_messages_, nullptr));
  for (const auto& delivery : under_way_) client_->Keep(delivery->batch);
  for (const auto& delivery : waiting_) {
    if (delivery->produced > 0) client_->Keep(delivery->batch);
  }
  calls_->Run([client = std::move(client_)]() mutable { client.reset(); });
}

// The session is of no use. What was under way comes again, and is compared with the cursor then.
void KafkaOutput::Break(const kafka::Error& error) {
  LogWarn(context_->id, "the client must be made anew", {{"reason", error.text}});
  state_ = State::kClosed;
  CloseSession();
  const Status status = Unavailable(kafka::Advice(error, "kafka"));
  TakeCut();
  for (auto& delivery : std::exchange(under_way_, {})) Answer(*delivery, status, "");
  Pump();
}

void KafkaOutput::BreakSoon(const kafka::Error& error) {
  context_->loop.Post([mail = mailbox_->address(), generation = generation_, this, error] {
    mail.Post([this, generation, error] {
      if (generation == generation_ && state_ == State::kOpen) Break(error);
    });
  });
}

// A session that sends messages one by one, or no longer, once nothing is under way.
bool KafkaOutput::ChangeCare() {
  if (settling_ || caution_.wanted(context_->loop.Now()) == careful_) return false;
  if (in_transaction_ || !under_way_.empty() || cut()) return false;
  LogInfo(context_->id,
          careful_ ? "messages go in batches again" : "messages go one by one for a while");
  state_ = State::kClosed;
  CloseSession();
  Open();
  return true;
}

}  // namespace andon::kafka_output
