// What servers say, and how chunks end.
#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "outputs/forward/forward_output.h"

namespace andon::forward {

void ForwardOutput::OnReady(ServerLink& link) {
  Server& server = ServerOf(link);
  LogInfo(context_->id, "connected", {{"server", server.config.name}, {"peer", link.peer()}});
  server.up.Set(1);
  if (heartbeats_ != nullptr) {
    const auto at = std::find_if(servers_.begin(), servers_.end(),
                                 [&](const auto& one) { return one.get() == &server; });
    heartbeats_->Reached(static_cast<size_t>(at - servers_.begin()), link.peer());
  }
  AnnounceClosed(server);
}

void ForwardOutput::OnDelivered(ServerLink& link, std::unique_ptr<OutMessage> message) {
  Server& server = ServerOf(link);
  if (!message->closed.empty()) {
    for (const LaneId& lane : message->closed) std::erase(server.closing, lane);
    server.announcing = false;
    AnnounceClosed(server);
  }
  server.book.Acknowledged(message->lane, message->ranges);
  if (server.shown_doubts > 0) ShowDoubts(server);
  const auto at = jobs_.find(message->job);
  if (at == jobs_.end()) return;
  at->second.delivered = true;
  Settle(message->job);
}

void ForwardOutput::OnOnceKnown(ServerLink& link) {
  Server& server = ServerOf(link);
  const bool once = link.once().value_or(false);
  server.once.Set(once ? 1 : 0);
  if (once) {
    AnnounceClosed(server);
    return;
  }
  LogWarn(context_->id,
          "the server does not recognise repeats: events may be doubled when an "
          "answer is lost",
          {{"server", server.config.name}});
  server.book.ForgetDoubts();
  ShowDoubts(server);
}

void ForwardOutput::OnLost(ServerLink& link, const Status& why,
                           std::vector<std::unique_ptr<OutMessage>> unfinished) {
  Server& server = ServerOf(link);
  server.up.Set(0);
  server.announcing = false;
  if (!why.ok()) {
    LogWarn(context_->id, "a server is not available",
            {{"server", server.config.name},
             {"reason", why.message()},
             {"unanswered_messages", unfinished.size()}});
  }
  const std::string failure = server.config.name + ": " + std::string(why.message());
  for (const auto& message : unfinished) {
    if (!message->sent()) {
      server.book.NotSent(message->lane, message->ranges);
    } else if (link.once().value_or(true)) {
      server.book.Doubted(message->lane, message->ranges, context_->loop.Now());
    } else {
      CountDoubled(message->events);
    }
  }
  ShowDoubts(server);
  for (const auto& message : unfinished) Fail(*message, failure);
  Probe();
}

void ForwardOutput::Fail(const OutMessage& message, std::string_view why) {
  const auto at = jobs_.find(message.job);
  if (at == jobs_.end()) return;
  Job& job = at->second;
  job.again.insert(job.again.end(), message.ranges.begin(), message.ranges.end());
  job.failure = why;
  Settle(message.job);
}

// One of the job's messages has been answered.
void ForwardOutput::Settle(uint64_t id) {
  const auto at = jobs_.find(id);
  if (at == jobs_.end() || --at->second.open > 0) return;
  Job job = std::move(at->second);
  jobs_.erase(at);
  WriteResult result;
  std::sort(job.again.begin(), job.again.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  // As long as somebody takes new data, only this comes again; else the output is unavailable.
  const bool others = job.delivered || AnyUsable();
  if (!job.again.empty() && !others) result.status = Unavailable(job.failure);
  if (!job.again.empty() && others) result.again = std::move(job.again);
  job.done(std::move(result));
  if (stopping_ && jobs_.empty()) Stopped();
}

void ForwardOutput::ShowDoubts(Server& server) {
  server.shown_doubts = server.book.doubts();
  server.in_doubt.Set(static_cast<double>(server.shown_doubts));
}

void ForwardOutput::CountDoubled(uint64_t events) {
  if (events > 0) doubled_->Add(events);
}

}  // namespace andon::forward
