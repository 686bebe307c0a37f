// RFC 5424's structured data: [id@32473 name="value" ...][...]
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/event/batch_builder.h"

namespace andon {

// Takes the elements of one message apart once; what was taken is borrowed from its text. Keeps
// memory between calls. Thread: the owner's.
class StructuredData {
 public:
  // Takes all elements from the front. Null, or a literal that says why not.
  const char* Take(std::string_view& text, std::string_view* elements);

  // Writes what was taken last as a map of maps: {"id@32473": {"name": "value"}}, values
  // unescaped. A name that an element repeats gets an array of its values; an id that comes again
  // joins the first. Once.
  void Write(std::string_view key, RecordWriter& out);

 private:
  struct Parameter {
    uint32_t element = 0;  // The first with its id.
    bool escaped = false;  // There may be something to unescape.
    bool written = false;
    std::string_view name;
    std::string_view value;
  };
  const char* TakeElement(std::string_view& text);
  const char* TakeParameter(std::string_view& text);
  uint32_t ElementNumber(std::string_view id);
  void WriteParameters(std::span<Parameter> parameters, RecordWriter& out);
  // The first of these and all that have its name.
  void WriteParameter(std::span<Parameter> parameters, bool sorted, RecordWriter& out);
  std::string_view Unescaped(const Parameter& parameter);

  std::vector<std::string_view> ids_;
  std::unordered_map<std::string_view, uint32_t> numbers_;  // Of ids_, when they are many.
  std::vector<Parameter> parameters_;
  bool joined_ = false;  // An id came again.
  std::string unescaped_;
};

}  // namespace andon
