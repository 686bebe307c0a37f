#include "core/kafka/client.h"

#include <malloc.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/kafka/conversion.h"
#include "core/kafka/log_line.h"
#include "core/kafka/refused_topic.h"

namespace andon::kafka {

namespace {

constexpr size_t kErrorBytes = 512;
// So many events in one round of the loop: others want to run too.
constexpr int kEventsAtOnce = 64;
constexpr int kKeptBytes = 64 << 20;
constexpr int kMappedFromBytes = 8 << 20;

// librdkafka allocates a batch and its compressed form anew each time, and a transaction ends with
// all of them free at once. The C library would give the pages back and have them cleared and
// mapped again for the next one, which cost a tenth of all processor time.
void KeepFreedMemory() {
  static const bool kept = mallopt(M_TRIM_THRESHOLD, kKeptBytes) != 0 &&
                           mallopt(M_MMAP_THRESHOLD, kMappedFromBytes) != 0;
  (void)kept;
}

// Thread: librdkafka's.
void TakeLog(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  auto* client = static_cast<Client*>(rd_kafka_opaque(handle));
  if (client == nullptr) return LogLine("kafka", level, facility, text);
  client->Log(level, facility, text);
}

Error ErrorOf(rd_kafka_t* handle, int code, std::string text) {
  Error error{.code = code, .verdict = VerdictOf(code), .text = std::move(text)};
  if (code != RD_KAFKA_RESP_ERR__FATAL) return error;
  std::array<char, kErrorBytes> why{};
  error.code = rd_kafka_fatal_error(handle, why.data(), why.size());
  error.verdict = VerdictOf(error.code);
  if (error.verdict == Verdict::kTryAgain) error.verdict = Verdict::kFatal;
  error.text = why.data();
  error.fatal = true;
  return error;
}

// librdkafka says which property's file it cannot read, and not which file.
std::string WithFile(const std::string& why, const Properties& properties) {
  std::string text = "librdkafka: " + why;
  for (const auto& [name, value] : properties) {
    if (name.ends_with(".location") && why.find(name) != std::string::npos) {
      text += " (" + value + ")";
    }
  }
  return text;
}

void Serve(rd_kafka_t* handle, rd_kafka_event_t* event, Client::Listener& listener) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
      while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
        listener.OnDelivery({message->_private, message->err});
      }
      break;
    case RD_KAFKA_EVENT_STATS:
      listener.OnStatistics(rd_kafka_event_stats(event));
      break;
    case RD_KAFKA_EVENT_ERROR:
      listener.OnError(
          ErrorOf(handle, rd_kafka_event_error(event), rd_kafka_event_error_string(event)));
      break;
    default:
      break;
  }
}

}  // namespace

Result<std::shared_ptr<Client>> Client::Make(const Wishes& wishes) {
  const std::shared_ptr<Client> client(new Client(wishes.id));
  RETURN_IF_ERROR(client->Open(wishes));
  return client;
}

Status Client::Open(const Wishes& wishes) {
  if (wishes.role == Role::kProducer) KeepFreedMemory();
  ASSIGN_OR_RETURN(ConfPtr conf, MakeConf(wishes.properties));
  std::array<char, kErrorBytes> why{};
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_log_cb(conf.get(), TakeLog);
  rd_kafka_conf_set_events(conf.get(),
                           RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_STATS | RD_KAFKA_EVENT_ERROR);
  const rd_kafka_type_t type =
      wishes.role == Role::kProducer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  handle_ = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (handle_ == nullptr) return InvalidConfig(WithFile(why.data(), wishes.properties));
  (void)conf.release();  // The client's now.
  queue_ = rd_kafka_queue_get_main(handle_);
  wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd_ < 0) return ErrnoStatus("eventfd", errno);
  return OkStatus();
}

Client::~Client() {
  watch_.reset();
  if (queue_ != nullptr) {
    rd_kafka_queue_io_event_enable(queue_, -1, nullptr, 0);
    rd_kafka_queue_destroy(queue_);
  }
  if (handle_ != nullptr) rd_kafka_destroy(handle_);
  if (wake_fd_ >= 0) close(wake_fd_);
}

void Client::Log(int level, const char* facility, const char* text) {
  LogLine(id_, level, facility, text);
  const std::string_view topic = RefusedTopic(facility, text);
  if (topic.empty()) return;
  const std::scoped_lock lock(mutex_);
  if (std::ranges::find(refused_topics_, topic) == refused_topics_.end()) {
    refused_topics_.emplace_back(topic);
  }
}

std::vector<std::string> Client::TakeRefusedTopics() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(refused_topics_, {});
}

Status Client::Attach(Loop& loop, Listener& listener) {
  auto watch = loop.WatchFd(wake_fd_, Interest::kRead, [this](Interest) { Drain(); });
  if (!watch.ok()) return watch.status();
  loop_ = &loop;
  listener_ = &listener;
  watch_ = *std::move(watch);
  static constexpr uint64_t kOne = 1;
  rd_kafka_queue_io_event_enable(queue_, wake_fd_, &kOne, sizeof kOne);
  // What came before there was somebody to wake.
  (void)!write(wake_fd_, &kOne, sizeof kOne);
  return OkStatus();
}

void Client::Detach() {
  rd_kafka_queue_io_event_enable(queue_, -1, nullptr, 0);
  watch_.reset();
  listener_ = nullptr;
}

void Client::Drain() {
  uint64_t count = 0;
  (void)!read(wake_fd_, &count, sizeof count);
  bool deliveries = false;
  for (int i = 0; i < kEventsAtOnce; ++i) {
    const EventPtr event(rd_kafka_queue_poll(queue_, 0));
    if (event == nullptr) {
      if (deliveries && listener_ != nullptr) listener_->OnDeliveries();
      return;
    }
    if (listener_ == nullptr) return;
    deliveries = deliveries || rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_DR;
    Serve(handle_, event.get(), *listener_);
  }
  if (deliveries && listener_ != nullptr) listener_->OnDeliveries();
  // There may be more, and nobody says so: the queue has not been empty.
  static constexpr uint64_t kOne = 1;
  (void)!write(wake_fd_, &kOne, sizeof kOne);
}

Error Client::FlushUnattached(int timeout_ms) {
  constexpr int kPollMs = 50;
  int failed = 0;
  for (int waited = 0; rd_kafka_outq_len(handle_) > 0; waited += kPollMs) {
    if (waited > timeout_ms) failed = RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (failed != 0) break;
    const EventPtr event(rd_kafka_queue_poll(queue_, kPollMs));
    if (event == nullptr || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_DR) continue;
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) failed = message->err;
    }
  }
  if (failed == 0) return {};
  return {.code = failed, .verdict = VerdictOf(failed), .text = std::string(ErrorText(failed))};
}

std::string Client::WhyNobodyAnswers() const {
  std::string complaint;
  while (const EventPtr event{rd_kafka_queue_poll(queue_, 0)}) {
    const bool error = rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR;
    // That all are down is not why.
    if (!error || rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
      continue;
    complaint = ": " + std::string(rd_kafka_event_error_string(event.get()));
  }
  return "no broker answers" + complaint + "; see brokers, tls and sasl";
}

std::string Client::ClusterId(int timeout_ms) const {
  char* const id = rd_kafka_clusterid(handle_, timeout_ms);
  if (id == nullptr) return "";
  std::string text = id;
  rd_kafka_mem_free(handle_, id);
  return text;
}

}  // namespace andon::kafka
