// The note: which server has, or may have, what. It is saved before the first byte that it is about
// is sent.
#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "outputs/forward/forward_output.h"

namespace andon::forward {

namespace {

// A note is saved for so many numbers ahead, so that not every chunk waits for one. After a crash
// they are in doubt too.
constexpr Sequence kLeastAhead = 10'000;

}  // namespace

Status ForwardOutput::Recover() {
  auto note = DeliveryNote::Decode(context_->note);
  if (!note.ok() && note.status().code() == StatusCode::kRejected) return note.status();
  if (!note.ok()) {
    LogError(context_->id, "what servers may have is not known any more, events may be doubled",
             {{"reason", note.status().message()}});
    return OkStatus();
  }
  const MonotonicTime now = context_->loop.Now();
  for (auto& server : servers_) {
    const auto at = note->servers.find(server->config.name);
    if (at == note->servers.end()) continue;
    server->link->set_once(at->second.once);
    server->once.Set(at->second.once.value_or(false) ? 1 : 0);
    // Who is known to store repeats twice is not worth waiting for.
    server->book.Recover(at->second.may_have, now);
    if (at->second.once == false) server->book.ForgetDoubts();
    ShowDoubts(*server);
    note->servers.erase(at);
  }
  for (const auto& [name, server] : note->servers) {
    if (server.may_have.empty() || server.once == false) continue;
    LogWarn(context_->id, "a server that may have events is not configured any more",
            {{"server", name}});
    gone_[name].Recover(server.may_have, now);
  }
  return OkStatus();
}

// The message's numbers and some more, but none that another server may have.
void ForwardOutput::Reserve(Server& server, const OutMessage& message) {
  const Range range{message.ranges.front().first, message.ranges.back().last};
  const uint64_t ahead = std::max<uint64_t>(kLeastAhead, 2 * (range.last - range.first + 1));
  RangeSet wanted;
  wanted.Add({range.first, range.last + ahead});
  const auto leave_out = [&](const SentBook& other) {
    const auto lane = other.lanes().find(message.lane);
    if (lane == other.lanes().end()) return;
    for (const Range& sent : lane->second.sent.ranges()) wanted.Remove(sent);
  };
  for (const auto& other : servers_) {
    if (other.get() != &server) leave_out(other->book);
  }
  for (const auto& [name, book] : gone_) leave_out(book);
  server.book.Reserve(message.lane, wanted);
}

bool ForwardOutput::IsNoted(Server& server, const OutMessage& message) {
  const SentBook::Lane* lane = server.book.Find(message.lane);
  if (lane == nullptr) return false;
  for (const Range& range : message.ranges) {
    // What it was sent before is in every note since.
    const std::vector<Range> sent = lane->sent.Common(range);
    const bool again = sent.size() == 1 && sent.front() == range;
    if (!again && !server.book.Noted(message.lane, range)) return false;
  }
  return true;
}

void ForwardOutput::SaveNote() {
  if (saving_) {
    save_again_ = true;
    return;
  }
  saving_ = true;
  save_again_ = false;
  DeliveryNote note = CurrentNote();
  std::string text = note.Encode();
  saved_note_ = text;
  context_->save_note(std::move(text),
                      [self = self_, note = std::move(note)](const Status& status) {
                        if (*self != nullptr) (*self)->NoteSaved(note, status);
                      });
}

DeliveryNote ForwardOutput::CurrentNote() const {
  DeliveryNote note;
  if (active_ != nullptr) note.active = active_->config.name;
  for (const auto& server : servers_) {
    note.servers[server->config.name] = {server->link->once(), server->book.MayHave()};
  }
  for (const auto& [name, book] : gone_) note.servers[name] = {std::nullopt, book.MayHave()};
  return note;
}

void ForwardOutput::NoteSaved(const DeliveryNote& note, const Status& status) {
  saving_ = false;
  if (!status.ok()) {
    LogError(context_->id, "the note beside the cursor cannot be saved",
             {{"reason", status.message()}});
    saved_note_.clear();
    for (Held& held : std::exchange(held_, {})) Fail(*held.message, status.message());
  } else {
    for (const auto& server : servers_) {
      const auto at = note.servers.find(server->config.name);
      if (at != note.servers.end()) server->book.ReservationsNoted(at->second.may_have);
    }
    ReleaseHeld();
  }
  if (save_again_) {
    SaveNote();
  } else if (finishing_) {
    FinishStop();
  }
}

void ForwardOutput::ReleaseHeld() {
  for (Held& held : std::exchange(held_, {})) {
    if (IsNoted(*held.server, *held.message)) {
      Transmit(*held.server, std::move(held.message));
    } else if (held.server == active_ && !held.server->link->down()) {
      Submit(*held.server, std::move(held.message));
    } else {
      Fail(*held.message, "another server came into use");
    }
  }
}

}  // namespace andon::forward
