#include "core/plugin/error_event.h"

namespace andon {

bool IsErrorTag(std::string_view tag) { return tag.starts_with(kErrorTagPrefix); }

std::string ErrorTag(std::string_view plugin_id, std::string_view tag) {
  std::string text(kErrorTagPrefix);
  text += plugin_id;
  text += '.';
  text += tag;
  if (text.size() > kMaxTagBytes) text.resize(kMaxTagBytes);
  return text;
}

void AppendErrorEvent(BatchBuilder& batch, const ErrorEvent& error) {
  RecordWriter record(batch, error.time);
  record.Field("error", error.reason);
  record.Field("plugin", error.plugin_id);
  record.Field("tag", error.tag);
  if (!error.where_key.empty()) record.Field(error.where_key, error.where);
  if (error.record.empty()) {
    record.Field("message", error.text);
  } else {
    record.Field("record", ValueView(error.record));
  }
  record.Commit();
}

}  // namespace andon
