// Which outputs an event is for: decided once, when it is appended.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/event/tag.h"
#include "core/event/tag_pattern.h"
#include "core/journal/journal.h"
#include "core/plugin/part_ledger.h"

namespace andon {

// One worker's. Routes are cached in the tags, by the epoch of this router. Thread: worker.
class Router {
 public:
  struct Target {
    std::string output_id;
    TagPattern match;
    std::shared_ptr<PartLedger> ledger;  // Of the output: Received counts what is routed to it.
    bool last_resort = false;            // Gets only what no other output wants.
  };
  // Targets of last resort stand at the end.
  Router(Journal& journal, std::vector<Target> targets, uint64_t epoch);

  // The tag's route; 0 when no output wants it.
  RouteId RouteOf(const Tag& tag);
  // Counts `events` for every output of the route that RouteOf gave.
  void Count(RouteId route, uint64_t events);

 private:
  RouteId Find(std::string_view tag);

  Journal& journal_;
  std::vector<Target> targets_;
  uint64_t epoch_;
  struct Known {
    RouteId route;
    std::vector<PartLedger*> ledgers;
  };
  std::vector<Known> known_;  // A few: one per set of outputs.
};

}  // namespace andon
