// Takes the messages of all of a worker's connections: unpacks, checks, cuts off what was accepted
// before, and puts the rest into the turn. What is no event becomes an error event.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/forward/capability.h"
#include "core/forward/compression.h"
#include "core/forward/entry_slicer.h"
#include "core/forward/message.h"
#include "core/forward/message_option.h"
#include "core/forward/value_scanner.h"
#include "core/plugin/context.h"
#include "core/plugin/emitter.h"
#include "inputs/forward/lane_cut.h"
#include "inputs/forward/repeat_window.h"
#include "inputs/forward/sender.h"
#include "inputs/forward/sender_lanes.h"
#include "inputs/forward/turn.h"

namespace andon::forward {

struct IntakeOptions {
  size_t unpacked_limit_bytes = size_t{256} << 20;  // Of one compressed message.
  size_t held_limit_bytes = size_t{16} << 20;       // Of its entries in memory at once.
  size_t repeat_window = 0;
  Duration lane_expiry = std::chrono::hours(24 * 30);
};

// Thread: worker.
class Intake final : private SliceSink {
 public:
  Intake(const IntakeOptions& options, InputContext& context);
  void Start(Emitter& emitter, Replier& nobody);

  // False: the message is refused, and nothing of it was taken. It must not be acknowledged, and
  // its connection is of no more use; refusal() says why. Entries are borrowed until Finish.
  // Notes in `sender` that it gives numbers.
  bool Take(Message& message, Sender& sender, Replier& replier);
  const char* refusal() const { return refusal_; }
  // What andon senders are told.
  const Capability& capability() const { return capability_; }
  // Emits what was taken since the last time.
  void Finish(Replier& replier) { turn_.Finish(replier); }

  // Forgets lanes of senders that are gone. Call it now and then.
  void Expire(Replier& nobody);

 private:
  // One message on its way.
  struct Taking {
    const Message& message;
    const Sender& sender;
    MessageOption option;
    const Tag* tag;  // Null: it has none that could be used; its entries become error events.
    std::string tag_error;
    LaneCut* cut;           // Null: the sender gives no numbers.
    bool repeated = false;  // Some of it was accepted before.
    bool claimed = false;   // By the repeat window, which stores that with the last of it.
  };
  // A part of the entries that was looked at: good ones, or a bad one.
  struct Slice {
    Bytes entries;
    uint32_t count;
    TimeRange times;
    const char* error;   // Null: good.
    Bytes record;        // Of a bad one.
    size_t repaired_at;  // In repaired_, when repaired_size is not 0.
    size_t repaired_size;
  };

  bool TakeMessage(Message& message, Sender& sender, Replier& replier);
  bool TakeWithOption(Taking& taking, Replier& replier);
  void TakeEvent(Taking& taking);
  // The repeat window knows the message; if not, it has claimed it.
  bool WasTaken(Taking& taking);
  // WasTaken, and then its events, which are these, are counted as a repeat.
  bool IsRepeat(Taking& taking, Bytes entries, const CheckedEntries& checked);
  void DropRepeat(Taking& taking, uint64_t events);
  // CompressedPackedForward
  bool TakePacked(Taking& taking, Replier& replier);
  bool TakePackedInPieces(Taking& taking, Replier& replier);
  const char* CheckPacked(const Taking& taking, uint64_t* events);
  Unpacker::Outcome Unpack(size_t up_to);

  bool TakeEntries(Taking& taking, Bytes entries, const CheckedEntries& checked);
  // Into slices_; returns of how many events they are.
  uint64_t SliceAll(const Taking& taking, Bytes entries, const CheckedEntries& checked);
  void Claim(Taking& taking, uint64_t entries);
  void Cut(const Taking& taking, const Slice& slice);
  void Put(const Taking& taking, const Slice& slice, std::span<const Run> origin);
  void PutError(const Taking& taking, std::string_view reason, Bytes record, std::string_view text);
  void Reply(const Taking& taking);
  void CloseLanes(const Taking& taking);
  bool GiveUp(const Taking& taking, const char* reason);
  bool Refuse(const char* reason);
  Bytes BytesOf(const Slice& slice) const;

  // SliceSink
  void Good(Bytes entries, uint32_t count, const TimeRange& times) override;
  void Repaired(Bytes entry, EventTime time) override;
  void Bad(const BadEntry& entry) override;

  const IntakeOptions options_;
  const std::string id_;
  Loop& loop_;
  PositionStore& positions_;
  PartLedger& ledger_;
  const Capability capability_;
  Turn turn_;
  SenderLanes lanes_;
  RepeatWindow repeats_;
  Unpacker unpacker_;
  ByteBuffer unpacked_;  // What lies here is emitted before the next message is taken.
  std::vector<Slice> slices_;
  ByteBuffer repaired_;
  bool delimited_ = true;
  const char* refusal_ = "";
  uint64_t rejected_ =
      0;  // Of the message that is taken: its error events, and why the first is one.
  std::string rejection_;
  Counter& bad_events_;
  Counter& unreadable_;
};

}  // namespace andon::forward
