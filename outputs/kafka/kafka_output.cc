#include "outputs/kafka/kafka_output.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "outputs/kafka/prober.h"

namespace andon::kafka_output {

namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr Duration kChunkAge = std::chrono::milliseconds(50);
constexpr int kInFlight = 24;  // A transaction's.
constexpr size_t kMemory = kInFlight * kChunkBytes;

Status Stopped() { return Unavailable("kafka: stopped before this was delivered"); }

}  // namespace

KafkaOutput::KafkaOutput(const Config& config) : config_(config) {}

KafkaOutput::~KafkaOutput() { CloseSession(); }

Result<OutputLimits> KafkaOutput::Prepare(OutputContext& context) {
  context_ = &context;
  exactly_once_ = config_.exactly_once;
  if (exactly_once_ && context.journal_id.empty()) {
    LogWarn(context.id, "without a journal on disk Kafka gets events at least once",
            {{"advice", "use a journal, or say exactly_once: false"}});
    exactly_once_ = false;
  }
  if (exactly_once_) {
    transactional_id_ = "andon-" + context.journal_id + "-" + context.id;
    claim_ = ToString(MakeUuid(context.random)) + " " + context.hostname + " process " +
             std::to_string(getpid());
  }
  mailbox_ = std::make_unique<kafka::Mailbox>(context.loop);
  calls_ = std::make_unique<kafka::CallThread>("kafka:" + context.id);
  writer_ = std::make_unique<MessageWriter>(config_, context.hostname, topics_);
  statistics_ = std::make_unique<kafka::Statistics>(context.metrics);
  return OutputLimits{
      .bytes = kChunkBytes, .age = kChunkAge, .in_flight = kInFlight, .memory = kMemory};
}

void KafkaOutput::Start() { Open(); }

void KafkaOutput::Write(Chunk chunk, WriteDone done) {
  waiting_.push_back(std::make_unique<Delivery>(std::move(chunk), std::move(done)));
  SchedulePump();
}

void KafkaOutput::LaneClosed(const LaneId& lane) {
  if (exactly_once_) closed_lanes_.push_back(lane);
}

void KafkaOutput::Closing() {
  closing_ = true;
  Pump();
}

void KafkaOutput::Stop(UniqueFunction<void()> done) {
  const Status status = Stopped();
  state_ = State::kStopped;
  CloseSession();
  for (auto& delivery : std::exchange(under_way_, {})) Answer(*delivery, status, "");
  AnswerWaiting(status);
  done();
}

void KafkaOutput::Probe(OutputContext& context,
                        UniqueFunction<void(std::vector<ProbeFinding>)> done) {
  mailbox_ = std::make_unique<kafka::Mailbox>(context.loop);
  calls_ = std::make_unique<kafka::CallThread>("kafka:" + context.id);
  calls_->Run([config = config_, id = context.id, hostname = context.hostname,
               home = mailbox_->address(), done = std::move(done)]() mutable {
    home.Post([found = ProbeCluster(id, hostname, config), done = std::move(done)]() mutable {
      done(std::move(found));
    });
  });
}

void KafkaOutput::AnswerWaiting(const Status& status) {
  for (auto& delivery : std::exchange(waiting_, {})) Answer(*delivery, status, "");
}

// Posted, so that chunks that come together go into one transaction.
void KafkaOutput::SchedulePump() {
  if (pump_posted_) return;
  pump_posted_ = true;
  mailbox_->address().Post([this] {
    pump_posted_ = false;
    Pump();
  });
}

void KafkaOutput::Pump() {
  if (state_ == State::kTakenOver) return AnswerWaiting(Unavailable(takeover_));
  if (closing_ && state_ != State::kOpen) return AnswerWaiting(Stopped());
  if (state_ == State::kClosed && !waiting_.empty()) Open();
  if (state_ != State::kOpen || ChangeCare()) return;
  if (!settling_) ProduceWaiting();
  AnswerReported();
  const bool goes_on = cut() || (held_up_ && unreported_ > 0);
  if (in_transaction_ && !settling_ && (doomed_ || !goes_on)) Commit();
}

void KafkaOutput::OnDelivery(const kafka::Client::Delivery& report) {
  if (in_transaction_) --unreported_;
  if (report.opaque != nullptr) {  // Not the cursor's.
    const Message& message = *static_cast<Message*>(report.opaque);
    if (message.spread_to != Spread::kNone) message.topic->spread.Reported(message.spread_to);
    if (report.error != 0) Refuse(message, report.error);
    message.delivery->Reported();  // The message may go with its batch.
  }
  if (report.error != 0) doomed_ = true;
}

void KafkaOutput::OnDeliveries() {
  AnswerReported();
  Settle();
  if (!waiting_.empty()) SchedulePump();
}

void KafkaOutput::OnError(const kafka::Error& error) {
  if (error.fatal) {
    BreakSoon(error);
  } else {
    LogWarn(context_->id, "Kafka is in trouble", {{"reason", error.text}});
  }
}

void KafkaOutput::OnStatistics(std::string_view json) { statistics_->Take(json); }

// What nothing of is in a transaction, or can be in one.
void KafkaOutput::AnswerReported() {
  if (in_transaction_) return;
  for (auto& delivery : under_way_) {
    if (delivery->unreported > 0) continue;
    Answer(*delivery, OkStatus(), "");
    delivery.reset();
  }
  std::erase(under_way_, nullptr);
}

void KafkaOutput::Answer(Delivery& delivery, const Status& status, std::string note) {
  WriteResult result;
  result.status = status;
  result.rejected = std::move(delivery.rejected);
  if (status.ok()) result.again = std::move(delivery.again);
  // Nothing at all was delivered: say why, so that it is seen and waited for. Not when others have
  // topics of their own: they need not wait.
  const bool others_may_go = !config_.topic.constant() && delivery.without_topic == delivery.failed;
  if (status.ok() && delivery.failed > 0 && delivery.failed == delivery.messages &&
      !others_may_go) {
    result.status = Unavailable(delivery.trouble);
  }
  result.note = std::move(note);
  std::exchange(delivery.done, nullptr)(std::move(result));
}

}  // namespace andon::kafka_output
