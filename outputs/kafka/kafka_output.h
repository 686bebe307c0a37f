// The Kafka output itself: chunks become messages, and are answered when Kafka has them.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/kafka/call_thread.h"
#include "core/kafka/client.h"
#include "core/kafka/statistics.h"
#include "core/kafka/topic_admin.h"
#include "core/plugin/output.h"
#include "outputs/kafka/caution.h"
#include "outputs/kafka/cursor_messages.h"
#include "outputs/kafka/delivery.h"
#include "outputs/kafka/kafka_output_config.h"
#include "outputs/kafka/message_batch.h"
#include "outputs/kafka/session.h"
#include "outputs/kafka/topic_table.h"
#include "outputs/kafka/transaction_size.h"

namespace andon::kafka_output {

// With exactly_once: one transaction at a time holds the chunks that waited, as many as may be, and
// the cursor: which events of their lanes are in Kafka now. What comes again is compared with it
// and not written twice. Without: a chunk is done when each of its messages has its report.
//
// Payloads are not copied: a chunk's batch lives until librdkafka has reported all of it, or is
// gone. What goes wrong with the client itself ends the session; the next one reads the cursor.
//
// Thread: output.
class KafkaOutput final : public Output, private kafka::Client::Listener {
 public:
  using Config = KafkaOutputConfig;
  explicit KafkaOutput(const Config& config);
  ~KafkaOutput() override;

  Result<OutputLimits> Prepare(OutputContext& context) override;
  void Start() override;
  void Write(Chunk chunk, WriteDone done) override;
  void LaneClosed(const LaneId& lane) override;
  void Closing() override;
  void Stop(UniqueFunction<void()> done) override;
  void Probe(OutputContext& context, UniqueFunction<void(std::vector<ProbeFinding>)> done) override;

 private:
  enum class State : uint8_t { kClosed, kOpening, kOpen, kTakenOver, kStopped };

  void OnDelivery(const kafka::Client::Delivery& report) override;
  void OnDeliveries() override;
  void OnError(const kafka::Error& error) override;
  void OnStatistics(std::string_view json) override;

  // The session.
  void Open();
  void Opened(Result<Session> result);
  Status TakeSession(Session session);
  Status CheckCount(const Session& session);
  void TakenOver(const std::string& by);
  std::string MakeNote() const;
  void CloseSession();
  void Break(const kafka::Error& error);
  bool ChangeCare();
  void BreakSoon(const kafka::Error& error);
  void AnswerWaiting(const Status& status);

  // Chunks to messages.
  void SchedulePump();
  void Pump();
  void BeginRound();
  void ProduceWaiting();
  // The next delivery is with librdkafka in part: its queue was full.
  void TakeCut();
  bool cut() const { return !waiting_.empty() && waiting_.front()->produced > 0; }
  void WriteMessages(Delivery& delivery);
  bool TopicsAreKnown(const Delivery& delivery);
  void LookAt(TopicEntry& topic);
  void Count(TopicEntry& topic);
  void LookedAt(TopicEntry& topic, const kafka::TopicInfo& info);
  bool ProduceAll(Delivery& delivery);
  bool ProduceOne(Delivery& delivery);
  bool ChoosePartition(Message& message, kafka::OutMessage* out);
  bool RefuseUnsent(const Message& message, int code);
  void Refuse(const Message& message, int code);
  void RefuseBatch(const Message& message, int code);
  void FindLimit(TopicEntry& topic);
  std::string SetRefusedTopicsAside();
  void SetAside(TopicEntry& topic, const std::string& why);
  void Answer(Delivery& delivery, const Status& status, std::string note);
  void AnswerReported();

  // The transaction.
  bool MayBegin();
  bool HasEnough() const;
  bool Begin();
  void Commit();
  bool HandOverCursor();
  void Settle();
  void Committed(const kafka::Error& error);
  void Delivered();
  void AbortDoomed();
  void GiveBack(const std::string& reason, bool for_all = false);
  void Abort(const kafka::Error& why);
  void Aborted(const kafka::Error& why, const kafka::Error& error);
  CursorPlace cursor_place() const {
    return {*client_, *cursor_topic_, cursor_partition_, transactional_id_};
  }
  template <class Call, class Then>
  void RunCall(Call call, Then then);

  const Config config_;
  OutputContext* context_ = nullptr;
  bool exactly_once_ = false;
  std::string transactional_id_;
  std::string claim_;
  std::unique_ptr<kafka::Mailbox> mailbox_;
  std::unique_ptr<kafka::CallThread> calls_;
  TopicTable topics_;
  std::unique_ptr<MessageWriter> writer_;
  std::vector<kafka::Header> header_room_;
  Spread::Round round_;

  State state_ = State::kClosed;
  bool claimed_ = false;     // This process has had the id: another claim means another process.
  uint64_t generation_ = 0;  // Of sessions: late answers are for an older one.
  std::shared_ptr<kafka::Client> client_;
  std::string cluster_id_;
  std::unique_ptr<kafka::Topic> cursor_topic_;
  int32_t cursor_partition_ = 0;
  LaneSets delivered_;  // By lane: what was committed.
  std::vector<LaneId> closed_lanes_;
  uint64_t transactions_ = 0;  // Committed under this id, ever.
  std::string takeover_;
  Caution caution_;
  bool careful_ = false;     // The session sends messages one by one.
  int64_t batch_bytes_ = 0;  // The least limit of a topic that refused a batch; 0: none yet.
  std::unique_ptr<kafka::Statistics> statistics_;

  std::deque<std::unique_ptr<Delivery>> waiting_;
  std::vector<std::unique_ptr<Delivery>> under_way_;  // All of each is with librdkafka.
  bool held_up_ = false;  // The next message waits for a report: of the queue, or a partition.
  bool in_transaction_ = false;
  bool settling_ = false;    // It is being committed or aborted.
  bool draining_ = false;    // For that, its cursor and its last reports are waited for.
  uint64_t unreported_ = 0;  // Messages of the transaction that have no report, the cursor's too.
  bool doomed_ = false;      // A message of the transaction has failed.
  size_t transaction_bytes_ = 0;  // Of whole chunks in it.
  MonotonicTime transaction_begun_{};
  TransactionSize transaction_size_;
  std::shared_ptr<CursorMessages> cursor_messages_;
  bool pump_posted_ = false;
  bool closing_ = false;        // No more chunks come.
  MonotonicTime next_begin_{};  // Of a transaction, at the earliest.
  std::unique_ptr<Timer> begin_timer_;
};

// Runs `call` on the thread for calls, and `then` with its result here, unless the session ended.
template <class Call, class Then>
void KafkaOutput::RunCall(Call call, Then then) {
  calls_->Run([mail = mailbox_->address(), generation = generation_, this, call = std::move(call),
               then = std::move(then)]() mutable {
    auto result = call();
    mail.Post([this, generation, then = std::move(then), result = std::move(result)]() mutable {
      if (generation == generation_) then(std::move(result));
    });
  });
}

}  // namespace andon::kafka_output
