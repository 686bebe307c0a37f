// What is stored with the cursor, so that a restart knows which server may have what
// (msgpack, version 1):
//   {"v": 1, "active": name, "servers": [[name, once, [[lane, ranges], ...]], ...]}
// once: true, false, or nil while the server has not answered. ranges: pairs of varints, numbers
// left out and count, as in the hop's runs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/event/event_batch.h"
#include "outputs/forward/range_set.h"

namespace andon::forward {

struct DeliveryNote {
  struct Server {
    std::optional<bool> once;
    std::map<LaneId, RangeSet> may_have;
    bool operator==(const Server&) const = default;
  };
  std::string active;  // Who gets new data.
  std::map<std::string, Server, std::less<>> servers;
  bool operator==(const DeliveryNote&) const = default;

  std::string Encode() const;
  // An empty note is an empty state. kCorrupt; kRejected for a newer version.
  static Result<DeliveryNote> Decode(std::string_view text);
};

}  // namespace andon::forward
