// The path of an event's file: a template with placeholders for its tag and its time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"

namespace andon::file_output {

enum class TimeZone : uint8_t { kLocal, kUtc };

// `/var/log/andon/${tag}/%Y-%m-%d.log`: `${tag}`, `${tag_parts[n]}` (n from 0, or negative from the
// end), `${tag_prefix[n]}`, `${tag_suffix[n]}` and strftime(3) in the event's time; `%%` is a `%`.
// What comes from a tag can name no other folder: in it `/` and a leading `.` become `_`.
class PathTemplate {
 public:
  PathTemplate() = default;
  // kInvalidConfig with the place of the mistake.
  static Result<PathTemplate> Parse(std::string_view text, TimeZone zone);

  // Puts the path into `*path`. Null, or a literal that says why this tag has none.
  const char* Render(std::string_view tag, uint32_t seconds, std::string* path) const;

  bool has_time() const { return bucket_seconds_ != 0; }
  // The path is the same for all times within a bucket: seconds / bucket_seconds().
  uint32_t bucket_seconds() const { return bucket_seconds_; }
  const std::string& text() const { return text_; }

 private:
  enum class Kind : uint8_t { kText, kTime, kTag, kTagPart, kTagPrefix, kTagSuffix };
  struct Part {
    Kind kind;
    std::string text;  // kText: as it is. kTime: a format for strftime.
    int index = 0;
  };
  Status ParseText(std::string_view literal);
  Status ParsePlaceholder(std::string_view inside);
  Status AddTime(char conversion);
  void AddText(std::string_view literal);
  static const char* AppendFromTag(const Part& part, std::string_view tag, std::string* path);
  const char* AppendTime(const Part& part, uint32_t seconds, std::string* path) const;

  std::string text_;
  TimeZone zone_ = TimeZone::kLocal;
  std::vector<Part> parts_;
  uint32_t bucket_seconds_ = 0;
};

}  // namespace andon::file_output
