#include "core/kafka/producer.h"

#include <array>
#include <utility>

#include "core/kafka/handle.h"

namespace andon::kafka {

namespace {

constexpr int kUntilTransactionTimeout = -1;
constexpr size_t kMostParts = 8;

Error Take(rd_kafka_error_t* owned) {
  const ErrorPtr error(owned);
  if (error == nullptr) return {};
  Error result;
  result.code = rd_kafka_error_code(error.get());
  result.verdict = VerdictOf(result.code);
  result.needs_abort = rd_kafka_error_txn_requires_abort(error.get()) != 0;
  result.fatal = rd_kafka_error_is_fatal(error.get()) != 0;
  result.retriable = rd_kafka_error_is_retriable(error.get()) != 0;
  result.text = rd_kafka_error_string(error.get());
  if (result.fatal && result.verdict == Verdict::kTryAgain) result.verdict = Verdict::kFatal;
  return result;
}

// A message's parts in the form that librdkafka takes.
class Parts {
 public:
  rd_kafka_vu_t& Add(rd_kafka_vtype_t type) {
    rd_kafka_vu_t& part = parts_[count_++];
    part.vtype = type;
    return part;
  }
  void AddBytes(rd_kafka_vtype_t type, Bytes bytes) {
    rd_kafka_vu_t& part = Add(type);
    part.u.mem.ptr = const_cast<std::byte*>(bytes.data());
    part.u.mem.size = bytes.size();
  }
  const rd_kafka_vu_t* data() const { return parts_.data(); }
  size_t size() const { return count_; }

 private:
  std::array<rd_kafka_vu_t, kMostParts> parts_;
  size_t count_ = 0;
};

rd_kafka_headers_t* MakeHeaders(std::span<const Header> headers) {
  rd_kafka_headers_t* made = rd_kafka_headers_new(headers.size());
  for (const Header& header : headers) {
    rd_kafka_header_add(made, header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  return made;
}

}  // namespace

Topic::Topic(std::shared_ptr<Client> client, const std::string& name)
    : client_(std::move(client)),
      handle_(rd_kafka_topic_new(client_->handle(), name.c_str(), nullptr)) {}

Topic::~Topic() {
  if (handle_ != nullptr) rd_kafka_topic_destroy(handle_);
}

ProduceResult Produce(const Client& client, const OutMessage& message, int* code) {
  Parts parts;
  parts.Add(RD_KAFKA_VTYPE_RKT).u.rkt = message.topic->handle();
  parts.Add(RD_KAFKA_VTYPE_PARTITION).u.i32 = message.partition;
  parts.AddBytes(RD_KAFKA_VTYPE_VALUE, message.payload);
  if (message.has_key) parts.AddBytes(RD_KAFKA_VTYPE_KEY, message.key);
  if (message.timestamp_ms != 0) parts.Add(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = message.timestamp_ms;
  parts.Add(RD_KAFKA_VTYPE_OPAQUE).u.ptr = message.opaque;
  rd_kafka_headers_t* headers = nullptr;
  if (!message.headers.empty()) {
    headers = MakeHeaders(message.headers);
    parts.Add(RD_KAFKA_VTYPE_HEADERS).u.headers = headers;
  }
  // Without a flag the payload stays where it is.
  const ErrorPtr error(rd_kafka_produceva(client.handle(), parts.data(), parts.size()));
  if (error == nullptr) return ProduceResult::kTaken;
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  *code = rd_kafka_error_code(error.get());
  return *code == RD_KAFKA_RESP_ERR__QUEUE_FULL ? ProduceResult::kFull : ProduceResult::kRefused;
}

Error InitTransactions(const Client& client, int timeout_ms) {
  return Take(rd_kafka_init_transactions(client.handle(), timeout_ms));
}

Error BeginTransaction(const Client& client) {
  return Take(rd_kafka_begin_transaction(client.handle()));
}

Error CommitTransaction(const Client& client) {
  return Take(rd_kafka_commit_transaction(client.handle(), kUntilTransactionTimeout));
}

Error AbortTransaction(const Client& client) {
  return Take(rd_kafka_abort_transaction(client.handle(), kUntilTransactionTimeout));
}

}  // namespace andon::kafka
