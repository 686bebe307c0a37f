#include "core/forward/json_framer.h"

namespace andon::forward {

void JsonFramer::FeedString(char c) {
  if (escaped_) {
    escaped_ = false;
  } else if (c == '\\') {
    escaped_ = true;
  } else if (c == '"') {
    in_string_ = false;
  }
}

std::optional<size_t> JsonFramer::Feed(Bytes more) {
  for (size_t i = 0; i < more.size(); ++i) {
    const char c = static_cast<char>(more[i]);
    if (in_string_) {
      FeedString(c);
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '[' || c == '{') {
      ++depth_;
    } else if ((c == ']' || c == '}') && (depth_ <= 1)) {
      return i + 1;
    } else if (c == ']' || c == '}') {
      --depth_;
    }
  }
  return std::nullopt;
}

}  // namespace andon::forward
