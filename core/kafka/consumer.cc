#include "core/kafka/consumer.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "core/kafka/conversion.h"
#include "core/kafka/log_line.h"

namespace andon::kafka {

namespace {

constexpr size_t kErrorBytes = 512;
constexpr size_t kAtOnce = 512;

Error Made(int code, std::string text = "") {
  if (text.empty()) text = ErrorText(code);
  return {.code = code, .verdict = VerdictOf(code), .text = std::move(text)};
}

PartitionsPtr ListOf(const std::vector<PartitionOffset>& partitions) {
  PartitionsPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const PartitionOffset& one : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), one.topic.c_str(), one.partition)->offset =
        one.offset;
  }
  return list;
}

}  // namespace

// What librdkafka calls, from Poll but for the log.
struct ConsumerCallbacks {
  static void OnLog(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
    const auto* consumer = static_cast<const Consumer*>(rd_kafka_opaque(handle));
    LogLine(consumer == nullptr ? std::string_view("kafka") : consumer->id(), level, facility,
            text);
  }
  static void OnError(rd_kafka_t* /*handle*/, int code, const char* text, void* opaque) {
    const auto* consumer = static_cast<const Consumer*>(opaque);
    if (consumer->listener_ == nullptr) return;
    Error error = Made(code, text);
    error.fatal = code == RD_KAFKA_RESP_ERR__FATAL;
    consumer->listener_->OnError(error, "consumer");
  }
  static int OnStatistics(rd_kafka_t* /*handle*/, char* json, size_t size, void* opaque) {
    const auto* consumer = static_cast<const Consumer*>(opaque);
    if (consumer->listener_ != nullptr) consumer->listener_->OnStatistics({json, size});
    return 0;
  }
};

Result<std::shared_ptr<Consumer>> Consumer::Make(const Client::Wishes& wishes) {
  const std::shared_ptr<Consumer> consumer(new Consumer(wishes.id));
  RETURN_IF_ERROR(consumer->Open(wishes));
  return consumer;
}

Status Consumer::Open(const Client::Wishes& wishes) {
  ASSIGN_OR_RETURN(ConfPtr conf, MakeConf(wishes.properties));
  std::array<char, kErrorBytes> why{};
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_log_cb(conf.get(), ConsumerCallbacks::OnLog);
  rd_kafka_conf_set_error_cb(conf.get(), ConsumerCallbacks::OnError);
  rd_kafka_conf_set_stats_cb(conf.get(), ConsumerCallbacks::OnStatistics);
  handle_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), why.data(), why.size());
  if (handle_ == nullptr) return InvalidConfig(std::string("librdkafka: ") + why.data());
  (void)conf.release();  // The consumer's now.
  rd_kafka_poll_set_consumer(handle_);
  queue_ = rd_kafka_queue_get_consumer(handle_);
  wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return wake_fd_ < 0 ? ErrnoStatus("eventfd", errno) : OkStatus();
}

Consumer::~Consumer() {
  watch_.reset();
  if (queue_ != nullptr) {
    rd_kafka_queue_io_event_enable(queue_, -1, nullptr, 0);
    rd_kafka_queue_destroy(queue_);
  }
  if (handle_ != nullptr) {
    rd_kafka_consumer_close(handle_);
    rd_kafka_destroy(handle_);
  }
  if (wake_fd_ >= 0) close(wake_fd_);
}

Error Consumer::Add(const std::vector<PartitionOffset>& partitions) {
  const PartitionsPtr list = ListOf(partitions);
  const ErrorPtr error(rd_kafka_incremental_assign(handle_, list.get()));
  if (error == nullptr) return {};
  return Made(rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get()));
}

Error Consumer::Subscribe(const std::vector<std::string>& topics) {
  std::vector<PartitionOffset> named;
  named.reserve(topics.size());
  for (const std::string& topic : topics) named.push_back({topic, RD_KAFKA_PARTITION_UA});
  const PartitionsPtr list = ListOf(named);
  subscribed_ = true;
  const auto code = rd_kafka_subscribe(handle_, list.get());
  return code == RD_KAFKA_RESP_ERR_NO_ERROR ? Error() : Made(code);
}

Status Consumer::Attach(Loop& loop, Listener& listener, UniqueFunction<void()> ready) {
  auto watch = loop.WatchFd(wake_fd_, Interest::kRead, [this](Interest) { Ready(); });
  if (!watch.ok()) return watch.status();
  watch_ = *std::move(watch);
  listener_ = &listener;
  ready_ = std::move(ready);
  static constexpr uint64_t kOne = 1;
  rd_kafka_queue_io_event_enable(queue_, wake_fd_, &kOne, sizeof kOne);
  Wake();  // What came before there was somebody to wake.
  return OkStatus();
}

void Consumer::Detach() {
  rd_kafka_queue_io_event_enable(queue_, -1, nullptr, 0);
  watch_.reset();
  listener_ = nullptr;
}

void Consumer::Pause(bool paused) {
  paused_ = paused;
  if (watch_ != nullptr) watch_->Set(paused ? Interest::kNone : Interest::kRead);
  if (!paused) Wake();
}

void Consumer::Wake() const {
  static constexpr uint64_t kOne = 1;
  (void)!write(wake_fd_, &kOne, sizeof kOne);
}

void Consumer::Ready() {
  uint64_t count = 0;
  (void)!read(wake_fd_, &count, sizeof count);
  if (ready_) ready_();
}

size_t Consumer::Poll(size_t most) {
  std::array<rd_kafka_message_t*, kAtOnce> messages{};
  size_t given = 0;
  while (given < most) {
    const size_t wanted = std::min(most - given, messages.size());
    const ssize_t count = rd_kafka_consume_batch_queue(queue_, 0, messages.data(), wanted);
    for (ssize_t i = 0; i < count; ++i) {
      const MessagePtr message(messages[static_cast<size_t>(i)]);
      if (listener_ != nullptr) Give(*message);
    }
    if (count > 0) given += static_cast<size_t>(count);
    if (count < static_cast<ssize_t>(wanted)) return given;
  }
  Wake();  // There may be more, and the queue has not been empty.
  return given;
}

void Consumer::Give(const rd_kafka_message_t& message) {
  const char* const topic = message.rkt == nullptr ? "" : rd_kafka_topic_name(message.rkt);
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return;
    if (!subscribed_ && IsAboutGroupRights(message.err)) return;
    listener_->OnError(Made(message.err, rd_kafka_message_errstr(&message)),
                       "topic \"" + std::string(topic) + "\"");
    return;
  }
  InMessage in = MessageOf(message);
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t timestamp = rd_kafka_message_timestamp(&message, &kind);
  if (kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) in.timestamp_ms = timestamp;
  listener_->OnMessage(in);
}

void Consumer::Store(const std::vector<PartitionOffset>& done) {
  const PartitionsPtr list = ListOf(done);
  // What is not ours any more is somebody else's to commit.
  (void)rd_kafka_offsets_store(handle_, list.get());
}

std::string Consumer::ClusterId(int timeout_ms) const {
  char* const id = rd_kafka_clusterid(handle_, timeout_ms);
  if (id == nullptr) return "";
  std::string text = id;
  rd_kafka_mem_free(handle_, id);
  return text;
}

Consumer::Partitions Consumer::PartitionsOf(const std::string& topic, int timeout_ms) const {
  const TopicPtr handle(rd_kafka_topic_new(handle_, topic.c_str(), nullptr));
  if (handle == nullptr) return {.error = Made(rd_kafka_last_error()), .ids = {}};
  const rd_kafka_metadata_t* found = nullptr;
  const int code = rd_kafka_metadata(handle_, 0, handle.get(), &found, timeout_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return {.error = Made(code), .ids = {}};
  const MetadataPtr metadata(found);
  if (metadata->topic_cnt != 1) return {.error = Made(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC), .ids = {}};
  const rd_kafka_metadata_topic_t& about = metadata->topics[0];
  if (about.err != RD_KAFKA_RESP_ERR_NO_ERROR) return {.error = Made(about.err), .ids = {}};
  Partitions result;
  for (int i = 0; i < about.partition_cnt; ++i) result.ids.push_back(about.partitions[i].id);
  return result;
}

int64_t Consumer::EndOf(const std::string& topic, int32_t partition, int timeout_ms) const {
  int64_t low = -1;
  int64_t high = -1;
  const auto code =
      rd_kafka_query_watermark_offsets(handle_, topic.c_str(), partition, &low, &high, timeout_ms);
  return code == RD_KAFKA_RESP_ERR_NO_ERROR ? high : -1;
}

}  // namespace andon::kafka
