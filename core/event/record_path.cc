#include "core/event/record_path.h"

namespace andon {

namespace {

Status Bad(std::string_view whole, const char* why) {
  return InvalidConfig("\"" + std::string(whole) + "\": " + why);
}

// Takes `["key"]` off the front of `rest`.
Status TakeBracket(std::string_view whole, std::string_view* rest, std::string* key) {
  rest->remove_prefix(1);
  const char quote = rest->empty() ? '\0' : rest->front();
  if (quote != '"' && quote != '\'') return Bad(whole, "only keys of maps can be named, in quotes");
  const size_t end = rest->find(quote, 1);
  if (end == std::string_view::npos || rest->size() <= end + 1 || (*rest)[end + 1] != ']') {
    return Bad(whole, "a bracket or a quote is never closed");
  }
  *key = rest->substr(1, end - 1);
  rest->remove_prefix(end + 2);
  return OkStatus();
}

// Takes `.key` off the front of `rest`.
Status TakeDot(std::string_view whole, std::string_view* rest, std::string* key) {
  rest->remove_prefix(1);
  const size_t end = std::min(rest->find_first_of(".["), rest->size());
  if (end == 0) return Bad(whole, "a key is empty");
  *key = rest->substr(0, end);
  rest->remove_prefix(end);
  return OkStatus();
}

Status TakeKeys(std::string_view whole, std::string_view rest, std::vector<std::string>* keys) {
  while (!rest.empty()) {
    std::string key;
    if (rest.front() == '[') {
      RETURN_IF_ERROR(TakeBracket(whole, &rest, &key));
    } else if (rest.front() == '.') {
      RETURN_IF_ERROR(TakeDot(whole, &rest, &key));
    } else {
      return Bad(whole, "a key is followed by what is neither . nor [");
    }
    keys->push_back(std::move(key));
  }
  return OkStatus();
}

}  // namespace

Result<RecordPath> RecordPath::Parse(std::string_view text) {
  RecordPath path;
  path.text_ = text;
  if (text.empty()) return InvalidConfig("a key is empty");
  if (!text.starts_with("$.") && !text.starts_with("$[")) {
    path.keys_.emplace_back(text);
    return path;
  }
  RETURN_IF_ERROR(TakeKeys(text, text.substr(1), &path.keys_));
  return path;
}

Result<RecordPath> RecordPath::ParseBrackets(std::string_view text) {
  RecordPath path;
  path.text_ = text;
  if (!text.starts_with('[')) return Bad(text, "a key in brackets is missing");
  RETURN_IF_ERROR(TakeKeys(text, text, &path.keys_));
  return path;
}

}  // namespace andon
