// Which server a chunk goes to, range by range.
#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "outputs/forward/forward_output.h"

namespace andon::forward {

namespace {

uint64_t Events(const std::vector<Range>& ranges) {
  uint64_t events = 0;
  for (const Range& range : ranges) events += range.last - range.first + 1;
  return events;
}

}  // namespace

// Which server gets what: what one may have goes there again, all else to the one in use.
std::vector<ForwardOutput::Route> ForwardOutput::Plan(const Chunk& chunk) {
  RangeSet rest;
  for (const Piece& piece : chunk.pieces()) {
    rest.Add({piece.first, piece.first + piece.count - 1});
  }
  std::vector<Route> routes;
  Server* chosen = Choose();
  for (const auto& server : servers_) {
    if (server->book.any_doubts(chunk.lane())) PlanDoubts(*server, chosen, chunk, rest, routes);
  }
  for (auto& [name, book] : gone_) {
    SentBook::Lane* lane = book.Find(chunk.lane());
    if (lane == nullptr) continue;
    for (const Range& range : rest.ranges()) CountDoubled(Events(lane->doubts.Common(range)));
  }
  if (!rest.empty()) {
    if (chosen != nullptr) GiveTo(*chosen, chunk.lane(), rest.ranges());
    if (chosen != nullptr) Use(*chosen);
    routes.push_back({chosen, rest.ranges()});
  }
  return routes;
}

// From now on these belong to `server`.
void ForwardOutput::GiveTo(const Server& server, const LaneId& lane,
                           const std::vector<Range>& ranges) {
  for (const auto& other : servers_) {
    if (other.get() != &server) other->book.GivenAway(lane, ranges);
  }
  for (auto& [name, book] : gone_) book.GivenAway(lane, ranges);
}

void ForwardOutput::PlanDoubts(Server& server, Server* chosen, const Chunk& chunk, RangeSet& rest,
                               std::vector<Route>& routes) {
  SentBook::Lane& lane = *server.book.Find(chunk.lane());
  std::vector<Range> doubted;
  for (const Range& range : rest.ranges()) {
    const std::vector<Range> common = lane.doubts.Common(range);
    doubted.insert(doubted.end(), common.begin(), common.end());
  }
  if (doubted.empty()) return;
  const bool expired = context_->loop.Now() - lane.doubted_since >= config_.in_doubt_timeout;
  const bool elsewhere = chosen != nullptr && chosen != &server;
  if (expired && elsewhere) {
    LogWarn(context_->id, "a server that may have events did not come back, they go elsewhere",
            {{"server", server.config.name}, {"events", Events(doubted)}});
    CountDoubled(Events(doubted));
    server.book.GivenAway(chunk.lane(), doubted);
    ShowDoubts(server);
    return;
  }
  for (const Range& range : doubted) rest.Remove(range);
  if (&server == chosen) Use(server);
  if (server.link->down() && Usable(server)) server.link->Connect();
  routes.push_back({&server, std::move(doubted)});
}

}  // namespace andon::forward
