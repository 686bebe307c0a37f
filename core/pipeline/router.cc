#include "core/pipeline/router.h"

#include <algorithm>

namespace andon {

Router::Router(Journal& journal, std::vector<Target> targets, uint64_t epoch)
    : journal_(journal), targets_(std::move(targets)), epoch_(epoch) {}

RouteId Router::RouteOf(const Tag& tag) {
  Tag::Cache& cache = tag.cache();
  if (cache.epoch != epoch_) {
    cache.epoch = epoch_;
    cache.filters = 0;
    cache.unrouted_said = false;
    cache.route = Find(tag.text());
  }
  return cache.route;
}

RouteId Router::Find(std::string_view tag) {
  std::vector<std::string> outputs;
  std::vector<PartLedger*> ledgers;
  for (const Target& target : targets_) {
    if (!target.match.Matches(tag) || (target.last_resort && !outputs.empty())) continue;
    outputs.push_back(target.output_id);
    ledgers.push_back(target.ledger.get());
  }
  if (outputs.empty()) return 0;
  const RouteId route = journal_.RouteTo(outputs);
  const bool is_known =
      std::ranges::any_of(known_, [&](const Known& k) { return k.route == route; });
  if (!is_known) known_.push_back({route, std::move(ledgers)});
  return route;
}

void Router::Count(RouteId route, uint64_t events) {
  for (const Known& known : known_) {
    if (known.route != route) continue;
    for (PartLedger* ledger : known.ledgers) ledger->Received(events);
    return;
  }
}

}  // namespace andon
