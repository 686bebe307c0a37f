#include "outputs/kafka/message_batch.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace andon::kafka_output {

namespace {

constexpr int64_t kNanosecondsPerMillisecond = 1'000'000;

// Walks a piece's identities beside its entries.
class Identities {
 public:
  Identities(const Chunk& chunk, const Piece& piece) : chunk_(chunk), piece_(piece) {}
  Run At(uint32_t index) {
    if (piece_.origin.empty()) return {chunk_.lane(), piece_.first + index, 1};
    while (index - begin_ >= piece_.origin[run_].count) begin_ += piece_.origin[run_++].count;
    const Run& run = piece_.origin[run_];
    return {run.lane, run.first + (index - begin_), 1};
  }

 private:
  const Chunk& chunk_;
  const Piece& piece_;
  size_t run_ = 0;
  uint32_t begin_ = 0;  // Of the run.
};

}  // namespace

MessageWriter::MessageWriter(const KafkaOutputConfig& config, std::string hostname,
                             TopicTable& topics)
    : config_(config),
      hostname_(std::move(hostname)),
      topics_(topics),
      formatter_(config.format()),
      constant_topic_(config.topic.constant()) {}

std::shared_ptr<MessageBatch> MessageWriter::Write(const Chunk& chunk, const RunSet* delivered,
                                                   std::vector<Rejection>* rejected) {
  batch_ = std::make_shared<MessageBatch>();
  batch_->messages.reserve(chunk.events());
  // JSON is a little longer than msgpack.
  batch_->bytes.Reserve(chunk.bytes() + chunk.bytes() / 4);
  for (const Piece& piece : chunk.pieces()) WritePiece(chunk, piece, delivered, rejected);
  return std::move(batch_);
}

void MessageWriter::WritePiece(const Chunk& chunk, const Piece& piece, const RunSet* delivered,
                               std::vector<Rejection>* rejected) {
  const Range range{piece.first, piece.first + piece.count - 1};
  const bool all = delivered == nullptr || delivered->Missing(range) == std::vector<Range>{range};
  Identities identities(chunk, piece);
  Sequence event = piece.first;
  for (EntryIterator entry(piece.entries); !entry.done(); entry.Next(), ++event) {
    if (!all && delivered->Contains(event)) continue;
    Target target;
    if (auto reason = FindTarget(piece, *entry, &target); reason.has_value()) {
      rejected->push_back({event, *std::move(reason)});
      continue;
    }
    Message message;
    message.topic = target.topic;
    message.partition = target.partition;
    message.event = event;
    WriteMessage(piece, *entry, message);
    if (!config_.headers.empty()) {
      const auto index = static_cast<uint32_t>(event - piece.first);
      WriteHeaders(piece, *entry, identities.At(index));
    }
  }
}

std::optional<std::string> MessageWriter::FindTarget(const Piece& piece, const EntryView& entry,
                                                     Target* target) {
  if (auto reason = FindTopic(piece, entry, target); reason.has_value()) return reason;
  if (config_.partition.text().empty()) return std::nullopt;
  scratch_.Clear();
  const bool whole = config_.partition.Render(piece.tag->text(), entry, hostname_, scratch_);
  const std::string_view text = scratch_.text();
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), target->partition);
  const bool number = whole && error == std::errc() && end == text.data() + text.size();
  if (number && target->partition >= 0) return std::nullopt;
  return "partition: \"" + std::string(text.substr(0, 64)) + "\" is no number of a partition";
}

std::optional<std::string> MessageWriter::FindTopic(const Piece& piece, const EntryView& entry,
                                                    Target* target) {
  target->topic = last_topic_;
  if (constant_topic_ && last_topic_ != nullptr && !batch_->topics.empty()) return std::nullopt;
  scratch_.Clear();
  if (!config_.topic.Render(piece.tag->text(), entry, hostname_, scratch_)) {
    return "topic: a placeholder of \"" + config_.topic.text() + "\" has no value";
  }
  const std::string_view name = scratch_.text();
  const bool same = last_topic_ != nullptr && last_topic_->name == name;
  if (!same) {
    if (const char* why = TopicTable::WhyNoName(name); why != nullptr) return why;
    target->topic = topics_.Find(name);
    if (target->topic == nullptr) {
      return "topic: the output has " + std::to_string(TopicTable::kMostTopics) + " topics already";
    }
    last_topic_ = target->topic;
  }
  auto& topics = batch_->topics;
  if (std::ranges::find(topics, target->topic) == topics.end()) topics.push_back(target->topic);
  return std::nullopt;
}

void MessageWriter::WriteMessage(const Piece& piece, const EntryView& entry, Message message) {
  ByteBuffer& bytes = batch_->bytes;
  message.begin = bytes.size();
  formatter_->Format(*piece.tag, entry, bytes);
  if (config_.strip_line_end && bytes.size() > message.begin && bytes.text().back() == '\n') {
    bytes.Truncate(bytes.size() - 1);
  }
  const size_t end = bytes.size();
  message.payload_bytes = static_cast<uint32_t>(end - message.begin);
  if (!config_.key.text().empty()) {
    if (config_.key.Render(piece.tag->text(), entry, hostname_, bytes)) {
      message.key_bytes = static_cast<uint32_t>(bytes.size() - end);
    } else {
      bytes.Truncate(end);
    }
  }
  if (config_.timestamp == Timestamp::kEvent) {
    message.timestamp_ms = ToNanoseconds(entry.time) / kNanosecondsPerMillisecond;
  }
  batch_->messages.push_back(message);
}

void MessageWriter::WriteHeaders(const Piece& piece, const EntryView& entry, const Run& identity) {
  ByteBuffer& bytes = batch_->bytes;
  for (const HeaderTemplate& header : config_.headers) {
    const size_t begin = bytes.size();
    if (header.identity) {
      bytes.Append(ToString(identity.lane));
      bytes.Append(':');
      bytes.Append(std::to_string(identity.first));
    } else {
      (void)header.value.Render(piece.tag->text(), entry, hostname_, bytes);
    }
    batch_->header_bytes.push_back(static_cast<uint32_t>(bytes.size() - begin));
  }
}

kafka::OutMessage MessageWriter::Out(const MessageBatch& batch, size_t index,
                                     std::vector<kafka::Header>* headers) const {
  const Message& message = batch.messages[index];
  const std::byte* const at = batch.bytes.data() + message.begin;
  const bool has_key = message.key_bytes != Message::kNoKey;
  const size_t key_bytes = has_key ? message.key_bytes : 0;
  kafka::OutMessage out{.topic = message.topic->topic.get(),
                        .partition = message.partition,
                        .payload = {at, message.payload_bytes},
                        .key = {at + message.payload_bytes, key_bytes},
                        .has_key = has_key,
                        .timestamp_ms = message.timestamp_ms,
                        .headers = {},
                        .opaque = const_cast<Message*>(&message)};
  if (config_.headers.empty()) return out;
  headers->clear();
  const std::byte* next = at + message.payload_bytes + key_bytes;
  for (size_t i = 0; i < config_.headers.size(); ++i) {
    const size_t size = batch.header_bytes[index * config_.headers.size() + i];
    headers->push_back({config_.headers[i].name, AsText(Bytes(next, size))});
    next += size;
  }
  out.headers = *headers;
  return out;
}

}  // namespace andon::kafka_output
