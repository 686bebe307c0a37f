// How to reach a Kafka cluster: what the output and the input have in common.
//
//   brokers: [kafka-1:9092, kafka-2:9092]
//   tls: {ca: /etc/andon/kafka-ca.pem}
//   sasl: {mechanism: SCRAM-SHA-512, user: andon, password: "${file:/etc/andon/kafka-password}"}
//   rdkafka: {socket.keepalive.enable: "true"}
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/config/config_reader.h"

namespace andon::kafka {

enum class Role : uint8_t { kProducer, kConsumer };

// Names and values as librdkafka has them, later ones winning
// (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md).
using Properties = std::vector<std::pair<std::string, std::string>>;

struct ClientOptions {
  Properties properties;  // Of everything below, in librdkafka's terms.
  Properties own;         // The user's; they win.

  // Everything, the user's last.
  Properties All() const;
  // The user's value of a property, or nothing.
  const std::string* Find(std::string_view name) const;
};

// Reads the options above. Each of the user's properties is tried on librdkafka; those in
// `reserved` belong to andon and are refused with what to use instead.
struct ReservedProperty {
  std::string_view name;
  std::string_view instead;
};
void ReadClientOptions(ConfigReader& reader, Role role, std::span<const ReservedProperty> reserved,
                       ClientOptions* options);

// kInvalidConfig with librdkafka's words when it does not take the property.
Status CheckProperty(const std::string& name, const std::string& value);

}  // namespace andon::kafka
