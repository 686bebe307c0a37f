// RFC 5424's structured data: [id@32473 name="value" ...][...]
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/event/msgpack_pen.h"

namespace andon {

// Takes the elements of one message apart once; what was taken is borrowed from its text. Keeps
// memory between calls. Thread: the owner's.
class StructuredData {
 public:
  // Takes all elements from the front. Null, or a literal that says why not.
  const char* Take(std::string_view& untaken, std::string_view* elements);

  // Writes what was taken last as a map of maps: {"id@32473": {"name": "value"}}, values
  // unescaped. A name that an element repeats gets an array of its values; an id that comes again
  // joins the first. Once. It takes room for `elements`, as taken, and kRoom for each of them and
  // each of their parameters.
  void Write(MsgpackPen& pen);
  size_t RoomFor(std::string_view elements) const {
    return elements.size() + kRoom * (1 + ids_.size() + parameters_.size());
  }

 private:
  struct Parameter {
    uint32_t element = 0;  // The first with its id.
    uint32_t values = 1;   // Of its name, with what comes later; 0: it is one of an earlier name's.
    bool escaped = false;  // There may be something to unescape.
    std::string_view name;
    std::string_view value;
  };
  static constexpr size_t kRoom = 3 * MsgpackPen::kHeadRoom;

  const char* TakeElement(std::string_view& text);
  const char* TakeParameter(std::string_view& text);
  uint32_t ElementNumber(std::string_view id);
  // Sets `values` of each; returns how many names there are.
  static uint32_t CountNames(std::span<Parameter> parameters, bool sorted);
  void WriteParameters(std::span<Parameter> parameters, MsgpackPen& pen);
  // The values of the first of these, and of all that have its name.
  void WriteValues(std::span<Parameter> parameters, MsgpackPen& pen);
  std::string_view Unescaped(const Parameter& parameter);
  std::string_view Unescape(std::string_view value);

  std::vector<std::string_view> ids_;
  std::unordered_map<std::string_view, uint32_t> numbers_;  // Of ids_, when they are many.
  std::vector<Parameter> parameters_;
  bool joined_ = false;  // An id came again.
  std::string unescaped_;
};

}  // namespace andon
