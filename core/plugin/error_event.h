// Error events: what could not be treated, with the reason and the original, never away.
//
//   tag     andon.error.<plugin id>.<tag>
//   record  {"error": reason, "plugin": id, "tag": tag, "record": the original}
//           or "message": raw text instead of "record" where there never was one; of an input
//           also the field that says where it came from, a path or an address
#pragma once

#include <string>
#include <string_view>

#include "core/event/batch_builder.h"

namespace andon {

inline constexpr std::string_view kErrorTagPrefix = "andon.error.";

bool IsErrorTag(std::string_view tag);
std::string ErrorTag(std::string_view plugin_id, std::string_view tag);

struct ErrorEvent {
  EventTime time;
  std::string_view reason;
  std::string_view plugin_id;
  std::string_view tag;
  Bytes record;           // A valid map; or empty:
  std::string_view text;  // then this, as it came (a str; its bytes may be anything).
  // Of an input: the field that says where it came from, a path or an address; empty: none.
  std::string_view where_key = {};
  std::string_view where = {};
};
void AppendErrorEvent(BatchBuilder& batch, const ErrorEvent& error);

}  // namespace andon
