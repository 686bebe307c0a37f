// One line of andon's own log: logfmt (key=value) or a JSON object.
#pragma once

#include <string>

#include "core/base/log.h"

namespace andon {

// Appends the line with its newline. Always one line of valid UTF-8, whatever bytes the event has:
// key=value shows bad bytes as \xNN, JSON as U+FFFD. Values are cut at kMaxLogValueBytes.
inline constexpr size_t kMaxLogValueBytes = 8192;
void AppendLogLine(const LogEvent& event, LogFormat format, std::string& out);

}  // namespace andon
