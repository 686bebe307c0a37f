// The path of an event's file: a template with placeholders for its tag, its fields and its time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/event/entry.h"
#include "core/event/record_path.h"

namespace andon::file_output {

enum class TimeZone : uint8_t { kLocal, kUtc };

// `/var/log/andon/${tag}/%Y-%m-%d.log`: `${tag}`, `${tag_parts[n]}` (n from 0, or negative from the
// end), `${tag_prefix[n]}`, `${tag_suffix[n]}`, `${record["a"]["b"]}` and strftime(3) in the
// event's time; `%%` is a `%`. `${record["a"]:-text}` is that text for events without the field.
//
// What comes from a tag or a field can name no other folder: in it `/`, control characters and a
// leading `.` become `_`.
class PathTemplate {
 public:
  PathTemplate() = default;
  // kInvalidConfig with the place of the mistake.
  static Result<PathTemplate> Parse(std::string_view text, TimeZone zone);

  // What an event's path is made of besides its time, as one text without tabs and line ends: the
  // tag, and behind it the fields that the template names. Null, or a text that says why this event
  // has none, which stays as long as the template does.
  const char* MakeSource(std::string_view tag, const EntryView& entry, std::string* source) const;
  // Puts the path into `*path`. Null, or a literal that says why this source has none.
  const char* Render(std::string_view source, uint32_t seconds, std::string* path) const;

  bool has_time() const { return bucket_seconds_ != 0; }
  // Events of one tag may have different sources.
  bool by_record() const { return by_record_; }
  // Tags or fields have a say in where an event goes.
  bool by_event() const { return by_event_; }
  // The path is the same for all times within a bucket: seconds / bucket_seconds().
  uint32_t bucket_seconds() const { return bucket_seconds_; }
  const std::string& text() const { return text_; }

 private:
  enum class Kind : uint8_t { kText, kTime, kTag, kTagPart, kTagPrefix, kTagSuffix, kField };
  struct Part {
    Kind kind;
    std::string text;  // kText: as it is. kTime: for strftime. kField: what stands in for it.
    int index = 0;     // kTagPart and the like.
    RecordPath field{};
    std::string without{};  // kField: why an event without it has no path.
  };
  Status ParseText(std::string_view literal);
  Status ParsePlaceholder(std::string_view inside);
  Status AddField(std::string_view inside);
  Status AddTime(char conversion);
  void AddText(std::string_view literal);
  static const char* AppendFromTag(const Part& part, std::string_view tag, std::string* path);
  const char* AppendTime(const Part& part, uint32_t seconds, std::string* path) const;

  std::string text_;
  TimeZone zone_ = TimeZone::kLocal;
  std::vector<Part> parts_;
  uint32_t bucket_seconds_ = 0;
  bool by_record_ = false;
  bool by_event_ = false;
};

}  // namespace andon::file_output
