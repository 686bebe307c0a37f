#include "inputs/syslog/message_sink.h"

#include <utility>

#include "core/base/log.h"
#include "core/plugin/error_event.h"

namespace andon::syslog {
namespace {

// What batches keep of their memory, all together.
constexpr size_t kKeptBytes = size_t{1} << 20;

}  // namespace

MessageSink::MessageSink(const SyslogInputConfig& config, InputContext& context)
    : context_(context),
      tag_(config.tag),
      source_address_key_(config.source_address_key),
      parser_(config.parser),
      cut_messages_(context.metrics.GetCounter("andon_syslog_cut_messages_total",
                                               "messages cut at max_message_size")),
      slots_(kSyslogPriorities),
      errors_(ErrorTag(context.id, tag_.base())) {}

void MessageSink::Begin(std::string_view peer) {
  now_ = context_.loop.WallNow();
  peer_ = peer;
  address_ = source_address_key_.empty() ? std::string_view() : HostOfPeer(peer);
}

MessageSink::Slot& MessageSink::SlotOf(const SyslogMessage& message) {
  std::unique_ptr<Slot>& slot = slots_[tag_.SlotOf(message)];
  if (slot == nullptr) slot = std::make_unique<Slot>(tag_.TagOf(message));
  if (slot->batch.empty()) used_.push_back(slot.get());
  return *slot;
}

void MessageSink::Add(std::string_view text) {
  pending_bytes_ += text.size();
  SyslogMessage message;
  if (const char* why = parser_.Scan(text, now_, &message); why != nullptr) {
    return AddError(text, why);
  }
  ++received_;
  RecordWriter record(SlotOf(message).batch, now_);
  parser_.Write(message, record);
  if (!address_.empty()) record.Field(source_address_key_, address_);
  record.Commit();
}

void MessageSink::AddCut(std::string_view front) {
  cut_messages_.Add();
  Add(front);
}

void MessageSink::AddTooLong() {
  context_.ledger.Received(1);
  context_.ledger.Dropped("too_long", 1);
}

void MessageSink::AddError(std::string_view text, const char* why) {
  ++received_;
  pending_bytes_ += text.size();
  if (errors_.batch.empty()) used_.push_back(&errors_);
  ErrorEvent error;
  error.time = now_;
  error.reason = why;
  error.plugin_id = context_.id;
  error.tag = tag_.base();
  error.text = text;
  if (!address_.empty()) {
    error.where_key = source_address_key_;
    error.where = address_;
  }
  if (rejected_++ == 0) {
    first_rejection_ = why;
    first_rejected_peer_ = peer_;
  }
  AppendErrorEvent(errors_.batch, error);
}

void MessageSink::Flush(Emitter& emitter) {
  pending_bytes_ = 0;
  if (used_.empty()) return;
  context_.ledger.Received(std::exchange(received_, 0));
  TellRejections();
  batches_.clear();
  for (const Slot* slot : used_) batches_.push_back(slot->batch.Batch(slot->tag));
  emitter.Emit(batches_, {}, Ack());
  const size_t kept = kKeptBytes / used_.size();
  for (Slot* slot : used_) {
    slot->batch.bytes() > kept ? slot->batch.Release() : slot->batch.Clear();
  }
  used_.clear();
}

void MessageSink::TellRejections() {
  if (rejected_ == 0) return;
  context_.ledger.Rejected(rejected_);
  LogWarn(context_.id, "messages could not be parsed, they became error events",
          {{"sender", first_rejected_peer_},
           {"reason", first_rejection_},
           {"messages", std::exchange(rejected_, 0)}});
}

std::string_view HostOfPeer(std::string_view peer) {
  const size_t colon = peer.rfind(':');
  if (peer.starts_with('[')) return peer.substr(1, peer.find(']') - 1);
  return colon == std::string_view::npos ? peer : peer.substr(0, colon);
}

}  // namespace andon::syslog
