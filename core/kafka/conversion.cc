#include "core/kafka/conversion.h"

#include <array>
#include <string>

namespace andon::kafka {

Result<ConfPtr> MakeConf(const Properties& properties) {
  ConfPtr conf(rd_kafka_conf_new());
  std::array<char, 512> why{};
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      return InvalidConfig("librdkafka does not take \"" + name + "\": " + why.data());
    }
  }
  return conf;
}

InMessage MessageOf(const rd_kafka_message_t& message) {
  InMessage in;
  in.topic = message.rkt == nullptr ? "" : rd_kafka_topic_name(message.rkt);
  in.partition = message.partition;
  in.offset = message.offset;
  in.key = {static_cast<const std::byte*>(message.key), message.key_len};
  in.has_key = message.key != nullptr;
  in.payload = {static_cast<const std::byte*>(message.payload), message.len};
  in.has_payload = message.payload != nullptr;
  return in;
}

}  // namespace andon::kafka
