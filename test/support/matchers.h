// Matchers for Status, Result and events.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "core/base/status.h"
#include "test/support/json_text.h"
#include "test/support/test_event.h"

namespace andon {

inline const Status& StatusOf(const Status& status) { return status; }
template <class T>
const Status& StatusOf(const Result<T>& result) {
  return result.status();
}

MATCHER(IsOk, "") {
  *result_listener << StatusOf(arg).message();
  return StatusOf(arg).ok();
}

MATCHER_P2(StatusIs, code, message, "") {
  *result_listener << StatusCodeName(StatusOf(arg).code()) << ": " << StatusOf(arg).message();
  return StatusOf(arg).code() == code &&
         testing::Matches(message)(std::string(StatusOf(arg).message()));
}

// An event by its record, in whatever way the JSON is spaced.
MATCHER_P(RecordIs, json, "") {
  const std::string wanted = NormalJson(json);
  *result_listener << "wanted " << wanted;
  return arg.record == wanted;
}

MATCHER_P2(EventIs, tag, json, "") {
  const std::string wanted = NormalJson(json);
  *result_listener << "wanted " << tag << " " << wanted;
  return arg.tag == tag && arg.record == wanted;
}

}  // namespace andon
