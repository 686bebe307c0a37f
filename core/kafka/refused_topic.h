// Which topic a coordinator does not let us write in a transaction: librdkafka says so in its log
// only, its errors name no topic.
#pragma once

#include <string_view>

namespace andon::kafka {

// Of a log line of librdkafka; empty: it says something else.
std::string_view RefusedTopic(std::string_view facility, std::string_view text);

}  // namespace andon::kafka
