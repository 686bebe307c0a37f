// What the local cursor remembers of the one in Kafka: a lower bound of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace andon::kafka_output {

struct CursorNote {
  std::string cluster;
  std::string topic;
  uint64_t transactions = 0;
  bool operator==(const CursorNote&) const = default;
};

// `kafka 1 TRANSACTIONS TOPIC CLUSTER`
std::string EncodeCursorNote(const CursorNote& note);
// An empty one when it is none.
CursorNote DecodeCursorNote(std::string_view untrusted);

}  // namespace andon::kafka_output
