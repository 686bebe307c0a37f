// Where messages become events: parses each, and emits what one read has brought in one call, a
// batch a tag. What cannot be parsed becomes an error event.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/syslog_parser.h"
#include "core/event/batch_builder.h"
#include "core/plugin/context.h"
#include "core/plugin/emitter.h"
#include "inputs/syslog/syslog_config.h"
#include "inputs/syslog/tag_template.h"

namespace andon::syslog {

// Thread: worker.
class MessageSink {
 public:
  MessageSink(const SyslogInputConfig& config, InputContext& context);

  // A read begins: `peer` is the sender ("192.0.2.1:514"), borrowed until the next Begin.
  void Begin(std::string_view peer);
  void Add(std::string_view message);
  // The front of a message that was too long.
  void AddCut(std::string_view front);
  void AddTooLong();
  // Bytes that are no message, and a literal that says why.
  void AddError(std::string_view text, const char* why);
  // Enough for one batch: Flush now, also in the middle of a read.
  bool full() const { return pending_bytes_ >= kFullBytes; }
  // Everything since the last call, as one. `emitter` may call Input::Pause.
  void Flush(Emitter& emitter);

 private:
  // Small enough for the processor's cache, and for the journal to take it in one piece.
  static constexpr size_t kFullBytes = size_t{256} << 10;
  struct Slot {
    explicit Slot(std::string tag_text) : tag(std::move(tag_text)) {}
    Tag tag;
    BatchBuilder batch;
  };
  Slot& SlotOf(const SyslogMessage& message);
  void TellRejections();

  InputContext& context_;
  TagTemplate tag_;
  std::string source_address_key_;
  SyslogParser parser_;
  Counter& cut_messages_;

  EventTime now_{};
  std::string_view peer_;
  std::string_view address_;
  uint64_t received_ = 0;
  uint64_t rejected_ = 0;  // Of those; the first of them:
  const char* first_rejection_ = "";
  std::string first_rejected_peer_;
  size_t pending_bytes_ = 0;                  // Of messages since the last Flush.
  std::vector<std::unique_ptr<Slot>> slots_;  // By TagTemplate's numbers.
  std::vector<Slot*> used_;                   // Since the last Flush.
  Slot errors_;
  std::vector<EventBatch> batches_;
};

// "192.0.2.1" of "192.0.2.1:514", "2001:db8::1" of "[2001:db8::1]:514"; as it is without a port.
std::string_view HostOfPeer(std::string_view peer);

}  // namespace andon::syslog
