// librdkafka's log lines as ours.
#pragma once

#include <string_view>

namespace andon::kafka {

// `part` is the plugin's id. Thread: any.
void LogLine(std::string_view part, int syslog_level, const char* facility, const char* text);

}  // namespace andon::kafka
