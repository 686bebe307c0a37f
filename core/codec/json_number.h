// JSON's numbers (RFC 8259 section 6) as msgpack.
#pragma once

#include <string_view>

#include "core/event/msgpack_writer.h"

namespace andon {

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool IsJsonNumber(std::string_view text);

// A number of that form: an integer where it is one and 64 bits hold it, else a float; what a
// double cannot hold, and an integer of more than 64 bits, as its text, so that no digit is lost.
void WriteJsonNumber(std::string_view text, MsgpackWriter out);

}  // namespace andon
