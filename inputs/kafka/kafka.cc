// inputs/kafka: reads Kafka topics.
//
//   inputs:
//     - type: kafka
//       brokers: [kafka-1:9092, kafka-2:9092]
//       topics: [logs.web, logs.mail]
//       tag: log.${topic}
//       parse: {type: json}

#include "core/plugin/registry.h"
#include "inputs/kafka/kafka_input.h"

namespace andon::kafka_input {
namespace {

const Register<Input, KafkaInput> kKafka("kafka", "reads Kafka topics");

}  // namespace
}  // namespace andon::kafka_input
