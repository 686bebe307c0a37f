// The name of an event's index or data stream: a template with placeholders for its tag, its fields
// and its date in UTC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/entry.h"
#include "core/event/text_template.h"

namespace andon::elasticsearch {

// `andon-${tag_parts[1]}-%Y.%m.%d`: the placeholders of text_template.h, and %Y %m %d %H %j %G %V.
// What Elasticsearch takes in no name (upper case, `/`, spaces and the like) becomes lower case or
// `_`.
class IndexName {
 public:
  // kInvalidConfig with what is wrong.
  static Result<IndexName> Parse(std::string_view text);
  IndexName() = default;

  // Appends the name. Null, or a literal that says why this event has none.
  const char* Render(std::string_view tag, const EntryView& entry, std::string_view hostname,
                     ByteBuffer& out) const;

  // The name is the same for events of one tag within a bucket: seconds / bucket_seconds(). 0: for
  // all times.
  uint32_t bucket_seconds() const { return bucket_seconds_; }
  // Events of one tag and one bucket may have different ones.
  bool by_record() const { return by_record_; }
  bool constant() const { return constant_ && bucket_seconds_ == 0; }
  // Events of one time may have different ones.
  bool by_event() const { return !constant_; }
  // What all names begin with: the text in front of the first placeholder.
  const std::string& prefix() const { return prefix_; }
  const std::string& text() const { return text_; }

 private:
  struct Part {
    TextTemplate text;
    std::string date;  // For strftime(3), when it is not empty.
  };
  Status AddText(std::string_view text);
  Status AddDate(char conversion);

  std::string text_;
  std::string prefix_;
  std::vector<Part> parts_;
  uint32_t bucket_seconds_ = 0;
  bool by_record_ = false;
  bool constant_ = true;
};

}  // namespace andon::elasticsearch
