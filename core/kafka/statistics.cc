#include "core/kafka/statistics.h"

#include <array>
#include <cstdlib>
#include <vector>

#include "core/kafka/json_walk.h"

namespace andon::kafka {

namespace {

constexpr double kMicroseconds = 1e-6;

struct Meaning {
  std::string_view key;
  std::string_view name;
  std::string_view help;
  bool counts;
  double scale = 1;
};

constexpr Meaning kClient[] = {
    {"msg_cnt", "andon_kafka_queue_messages", "messages in librdkafka's queues", false},
    {"msg_size", "andon_kafka_queue_bytes", "their size", false},
    {"tx_bytes", "andon_kafka_sent_bytes_total", "bytes sent to brokers", true},
    {"rx_bytes", "andon_kafka_received_bytes_total", "bytes received from brokers", true},
    {"txmsgs", "andon_kafka_sent_messages_total", "messages sent to brokers", true},
    {"rxmsgs", "andon_kafka_received_messages_total", "messages received from brokers", true},
};
constexpr Meaning kBroker[] = {
    {"outbuf_cnt", "andon_kafka_broker_requests_waiting", "requests that wait to be sent", false},
    {"waitresp_cnt", "andon_kafka_broker_requests_in_flight", "requests without an answer", false},
    {"txerrs", "andon_kafka_broker_send_errors_total", "requests that could not be sent", true},
    {"txretries", "andon_kafka_broker_retries_total", "requests sent again", true},
    {"req_timeouts", "andon_kafka_broker_timeouts_total", "requests without an answer in time",
     true},
    {"disconnects", "andon_kafka_broker_disconnects_total", "connections lost", true},
};
constexpr Meaning kRoundTrip[] = {
    {"avg", "andon_kafka_broker_round_trip_seconds", "mean time to a broker's answer", false,
     kMicroseconds},
};
constexpr Meaning kThrottle[] = {
    {"avg", "andon_kafka_broker_throttled_seconds", "mean time that a broker made us wait", false,
     1e-3},
};
constexpr Meaning kPartition[] = {
    {"consumer_lag", "andon_kafka_lag_messages", "messages behind the end of the partition", false},
};

}  // namespace

// Where in the report a number stands says what it is.
class Statistics::Walk : public JsonVisitor {
 public:
  explicit Walk(Statistics& statistics) : statistics_(statistics) {}

  void OnNumber(std::span<const std::string_view> path, double value) override {
    if (path.size() == 1) return Take(kClient, path[0], {}, value);
    if (path[0] == "brokers" && path.size() >= 3) return OnBroker(path, value);
    const bool partition = path.size() == 5 && path[0] == "topics" && path[2] == "partitions";
    // Partition -1 is librdkafka's own; a negative lag is not known.
    if (!partition || path[3] == "-1" || value < 0) return;
    Take(kPartition, path[4],
         {{"topic", std::string(path[1])}, {"partition", std::string(path[3])}}, value);
  }

 private:
  void OnBroker(std::span<const std::string_view> path, double value) {
    // Not the coordinators and bootstrap servers, which are the same brokers by another name.
    if (path[1].find("/bootstrap") != std::string_view::npos) return;
    const Labels labels = {{"broker", std::string(path[1])}};
    if (path.size() == 3) return Take(kBroker, path[2], labels, value);
    if (path.size() != 4) return;
    if (path[2] == "rtt") Take(kRoundTrip, path[3], labels, value);
    if (path[2] == "throttle") Take(kThrottle, path[3], labels, value);
  }
  void Take(std::span<const Meaning> meanings, std::string_view key, const Labels& labels,
            double value) {
    for (const Meaning& meaning : meanings) {
      if (meaning.key != key) continue;
      if (meaning.counts) {
        statistics_.Count(meaning.name, meaning.help, labels, value);
      } else {
        statistics_.Set(meaning.name, meaning.help, labels, value * meaning.scale);
      }
    }
  }
  Statistics& statistics_;
};

void Statistics::Take(std::string_view untrusted_json) {
  Walk walk(*this);
  WalkJson(untrusted_json, walk);
}

void Statistics::Set(std::string_view name, std::string_view help, const Labels& labels,
                     double value) {
  metrics_.GetGauge(name, help, labels).Set(value);
}

void Statistics::Count(std::string_view name, std::string_view help, const Labels& labels,
                       double total) {
  if (total < 0) return;
  std::string key(name);
  for (const auto& [label, value] : labels) key += "\n" + value;
  uint64_t& last = last_[key];
  const auto now = static_cast<uint64_t>(total);
  Counter& counter = metrics_.GetCounter(name, help, labels);
  if (now > last) counter.Add(now - last);
  last = now;
}

}  // namespace andon::kafka
