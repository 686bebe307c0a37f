// A text with placeholders for an event's tag, time and fields and for the host:
//
//   ${tag}  ${tag_parts[1]}  ${tag_prefix[1]}  ${tag_suffix[-2]}  ${hostname}  ${time}
//   ${record["a"]["b"]}
//
// `$${` is a literal `${`. Everything else that looks like a placeholder is a mistake.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/entry.h"
#include "core/event/record_path.h"

namespace andon {

class TextTemplate {
 public:
  // kInvalidConfig with what is wrong: `"${tag_part[1]}" is no placeholder`.
  static Result<TextTemplate> Parse(std::string_view text);
  TextTemplate() = default;

  // Appends the text for one event. Fields that are not there, and those that are no text, number
  // or boolean, are empty; so is a part that the tag does not have. `${time}` is RFC 3339 in UTC
  // with nanoseconds. False when any placeholder was empty for such a reason.
  bool Render(std::string_view tag, const EntryView& entry, std::string_view hostname,
              ByteBuffer& out) const;

  // The path, when the template is one `${record...}` and nothing else.
  const RecordPath* only_field() const;
  // True when it is the same for every event of a host.
  bool constant() const;
  const std::string& text() const { return text_; }

 private:
  enum class Kind : uint8_t {
    kText,
    kTag,
    kTagPart,
    kTagPrefix,
    kTagSuffix,
    kHostname,
    kTime,
    kField
  };
  struct Piece {
    Kind kind;
    std::string text;  // kText
    int index = 0;     // kTagPart and the like
    RecordPath path;   // kField
  };
  Status Add(std::string_view inside);
  static bool RenderPiece(const Piece& piece, std::string_view tag, const EntryView& entry,
                          ByteBuffer& out);

  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace andon
