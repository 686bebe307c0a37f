// librdkafka's objects as owned pointers (https://github.com/confluentinc/librdkafka). For the
// files of core/kafka only: nobody else sees rdkafka.h.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>

namespace andon::kafka {

struct Free {
  void operator()(rd_kafka_t* p) const { rd_kafka_destroy(p); }
  void operator()(rd_kafka_conf_t* p) const { rd_kafka_conf_destroy(p); }
  void operator()(rd_kafka_topic_t* p) const { rd_kafka_topic_destroy(p); }
  void operator()(rd_kafka_queue_t* p) const { rd_kafka_queue_destroy(p); }
  void operator()(rd_kafka_event_t* p) const { rd_kafka_event_destroy(p); }
  void operator()(rd_kafka_error_t* p) const { rd_kafka_error_destroy(p); }
  void operator()(rd_kafka_message_t* p) const { rd_kafka_message_destroy(p); }
  void operator()(rd_kafka_NewTopic_t* p) const { rd_kafka_NewTopic_destroy(p); }
  void operator()(rd_kafka_ConfigResource_t* p) const { rd_kafka_ConfigResource_destroy(p); }
  void operator()(rd_kafka_AdminOptions_t* p) const { rd_kafka_AdminOptions_destroy(p); }
  void operator()(rd_kafka_topic_partition_list_t* p) const {
    rd_kafka_topic_partition_list_destroy(p);
  }
  void operator()(const rd_kafka_metadata_t* p) const { rd_kafka_metadata_destroy(p); }
};

using HandlePtr = std::unique_ptr<rd_kafka_t, Free>;
using ConfPtr = std::unique_ptr<rd_kafka_conf_t, Free>;
using TopicPtr = std::unique_ptr<rd_kafka_topic_t, Free>;
using QueuePtr = std::unique_ptr<rd_kafka_queue_t, Free>;
using EventPtr = std::unique_ptr<rd_kafka_event_t, Free>;
using ErrorPtr = std::unique_ptr<rd_kafka_error_t, Free>;
using MessagePtr = std::unique_ptr<rd_kafka_message_t, Free>;
using PartitionsPtr = std::unique_ptr<rd_kafka_topic_partition_list_t, Free>;
using MetadataPtr = std::unique_ptr<const rd_kafka_metadata_t, Free>;

}  // namespace andon::kafka
