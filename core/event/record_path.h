// A field of a record, as configurations name it: `code`, `$.request.path`, `$['a key']['b']` or
// `record["a"]["b"]` (what stands between `${` and `}` in templates).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/event/record_view.h"

namespace andon {

class RecordPath {
 public:
  RecordPath() = default;
  // A name that does not begin with `$.` or `$[` is one key, whatever is in it. kInvalidConfig with
  // what is wrong: `"$.a[0]": only keys of maps can be named`.
  static Result<RecordPath> Parse(std::string_view text);
  // `["a"]["b"]`, with either quote.
  static Result<RecordPath> ParseBrackets(std::string_view text);

  std::optional<ValueView> Find(const RecordView& record) const {
    return keys_.size() == 1 ? record.Find(keys_.front()) : record.FindPath(keys_);
  }
  const std::vector<std::string>& keys() const { return keys_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<std::string> keys_;
};

}  // namespace andon
