// Between librdkafka's objects and ours. For the files of core/kafka only.
#pragma once

#include "core/base/status.h"
#include "core/kafka/client_options.h"
#include "core/kafka/handle.h"
#include "core/kafka/in_message.h"

namespace andon::kafka {

// kInvalidConfig names the property that librdkafka does not take, and its words.
Result<ConfPtr> MakeConf(const Properties& properties);

// Borrows from `message`. Without the time.
InMessage MessageOf(const rd_kafka_message_t& message);

}  // namespace andon::kafka
