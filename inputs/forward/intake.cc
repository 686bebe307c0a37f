#include "inputs/forward/intake.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/event/msgpack_writer.h"
#include "core/forward/ack.h"

namespace andon::forward {
namespace {

constexpr size_t kKeptBytes = size_t{1} << 20;  // A larger buffer gives its memory back.

Capability WhatWeGive(const PositionStore& positions) {
  const PositionStore::Survives survives = positions.survives();
  return {survives != PositionStore::Survives::kNothing,
          survives == PositionStore::Survives::kPowerCut};
}

}  // namespace

Intake::Intake(const IntakeOptions& options, InputContext& context)
    : options_(options),
      id_(context.id),
      loop_(context.loop),
      positions_(context.positions),
      ledger_(context.ledger),
      capability_(WhatWeGive(context.positions)),
      lanes_(context.loop, context.positions, options.lane_expiry),
      repeats_(context.positions, options.repeat_window, context.worker == 0),
      bad_events_(context.metrics.GetCounter("andon_forward_bad_events_total",
                                             "entries that were no events")),
      unreadable_(context.metrics.GetCounter("andon_forward_unreadable_messages_total",
                                             "messages that could not be understood")) {}

void Intake::Start(Emitter& emitter, Replier& nobody) {
  turn_.Start(emitter);
  repeats_.Trim(turn_);
  turn_.Finish(nobody);
}

void Intake::Expire(Replier& nobody) {
  lanes_.Expire(turn_);
  turn_.Finish(nobody);
}

bool Intake::Refuse(const char* reason) {
  refusal_ = reason;
  return false;
}

// Who waits for an answer sends again: then nothing is taken. Else nobody does, and what came is
// kept as an error event.
bool Intake::GiveUp(const Taking& taking, const char* reason) {
  if (taking.option.wants_ack() || taking.message.raw.empty()) return Refuse(reason);
  unreadable_.Add();
  ledger_.Received(1);
  PutError(taking, reason, {}, AsText(taking.message.raw));
  return true;
}

bool Intake::Take(Message& message, Sender& sender, Replier& replier) {
  const bool taken = TakeMessage(message, sender, replier);
  if (rejected_ > 0) {
    LogWarn(
        id_, "what is no event became an error event",
        {{"sender", sender.peer}, {"reason", rejection_}, {"events", std::exchange(rejected_, 0)}});
  }
  return taken;
}

bool Intake::TakeMessage(Message& message, Sender& sender, Replier& replier) {
  if (turn_.full()) turn_.Finish(replier);
  Taking taking{message, sender, ReadMessageOption(ValueView(message.option)),
                nullptr, {},     nullptr};
  if (message.mode == Message::Mode::kUnreadable) return GiveUp(taking, message.error);
  if (taking.option.error != nullptr) return GiveUp(taking, taking.option.error);
  if (message.tag_error != nullptr) {
    taking.tag_error = message.tag_error;
  } else if (taking.tag = turn_.FindLast(message.tag); taking.tag != nullptr) {
    // As most are.
  } else if (const Status tag = CheckTag(message.tag); !tag.ok()) {
    taking.tag_error = tag.message();
  } else {
    taking.tag = &turn_.Intern(message.tag);
  }
  if (!taking.option.hop.has_value()) return TakeWithOption(taking, replier);
  if (message.last_part || message.mode == Message::Mode::kMessage) {
    return Refuse("numbers came with what is no whole list of entries");
  }
  sender.numbers = true;
  LaneCut cut(*taking.option.hop, sender.principal);
  taking.cut = &cut;
  return TakeWithOption(taking, replier);
}

bool Intake::TakeWithOption(Taking& taking, Replier& replier) {
  const Message& message = taking.message;
  bool taken = true;
  if (message.mode == Message::Mode::kMessage) {
    TakeEvent(taking);
  } else if (message.packed && taking.option.compression != Compression::kNone) {
    taken = TakePacked(taking, replier);
  } else if (!IsRepeat(taking, message.entries, message.checked)) {
    taken = TakeEntries(taking, message.entries, message.checked);
  }
  if (!taken) return false;
  if (taking.claimed) repeats_.Remember(turn_);
  if (taking.cut != nullptr) CloseLanes(taking);
  if (taking.option.wants_ack()) Reply(taking);
  if (!unpacked_.empty()) {
    turn_.Finish(replier);
    unpacked_.capacity() > kKeptBytes ? unpacked_.Release() : unpacked_.Clear();
  }
  return true;
}

bool Intake::WasTaken(Taking& taking) {
  const Message& message = taking.message;
  const bool asked = repeats_.enabled() && taking.option.wants_ack() && taking.cut == nullptr;
  if (!asked || message.last_part) return false;
  const bool single = message.mode == Message::Mode::kMessage;
  const Bytes content = single ? Bytes(message.event).subspan(1) : message.entries;
  taking.claimed =
      repeats_.Claim({taking.sender.principal, taking.option.chunk.bytes(), message.tag, content});
  return !taking.claimed;
}

bool Intake::IsRepeat(Taking& taking, Bytes entries, const CheckedEntries& checked) {
  if (!WasTaken(taking)) return false;
  DropRepeat(taking, SliceAll(taking, entries, checked));
  return true;
}

void Intake::DropRepeat(Taking& taking, uint64_t events) {
  taking.repeated = true;
  ledger_.Received(events);
  ledger_.Dropped("repeat", events);
}

void Intake::TakeEvent(Taking& taking) {
  const Message& message = taking.message;
  if (WasTaken(taking)) return DropRepeat(taking, 1);
  ledger_.Received(1);
  if (message.error != nullptr || taking.tag == nullptr) {
    bad_events_.Add();
    const bool map = ValueView(message.record).is_map();
    PutError(taking, message.error != nullptr ? message.error : taking.tag_error,
             map ? message.record : Bytes(), AsText(message.record));
    return;
  }
  if (message.time.seconds == 0) {
    repaired_.Clear();
    MsgpackWriter writer(repaired_);
    writer.ArrayHeader(2);
    writer.Time(loop_.WallNow());
    writer.Raw(message.record);
    turn_.AddCopy(*taking.tag, loop_.WallNow(), repaired_.bytes(), {});
    return;
  }
  // The byte in front of the time is the tag's last, or its header.
  const std::byte kept = std::exchange(message.event.front(), kEntryHeader);
  turn_.AddCopy(*taking.tag, message.time, message.event, {});
  message.event.front() = kept;
}

void Intake::CloseLanes(const Taking& taking) {
  const Hop& hop = *taking.option.hop;
  for (const LaneId& lane : hop.closed) {
    lanes_.Closed(LaneCut::Source(taking.sender.principal, lane, hop.output));
  }
}

void Intake::Reply(const Taking& taking) {
  ByteBuffer& to = taking.repeated ? turn_.late_replies() : turn_.replies();
  if (taking.sender.json) {
    AppendJsonAck(taking.option.chunk, to);
  } else {
    AppendAck(taking.option.chunk,
              taking.cut != nullptr ? std::optional<Capability>(capability_) : std::nullopt, to);
  }
}

}  // namespace andon::forward
