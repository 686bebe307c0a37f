// msgpack as JSON text and back, for tests that people read.
//
// What JSON lacks is written as a map with one key:
//   {"$bin": "00ff"}  {"$ext": [7, "00ff"]}  {"$eventtime": [seconds, nanoseconds]}
//   {"$float": "nan"}  {"$map": [[key, value], ...]}  (keys that are no strings)
// A byte of a string that is not UTF-8 is written \xNN, here and there.
#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/event/value_view.h"

namespace andon {

std::string JsonFromValue(ValueView value);
inline std::string JsonFromMsgpack(Bytes valid) { return JsonFromValue(ValueView(valid)); }

// Ends the test process when the text is no JSON. A number with `.` or `e` is a float.
ByteBuffer MsgpackFromJson(std::string_view json);

// The same value in the one form that JsonFromValue prints: what expectations are compared in.
std::string NormalJson(std::string_view json);

}  // namespace andon
