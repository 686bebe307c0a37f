// Scalars of msgpack that JSON has in no form of its own, and floats.
#pragma once

#include "core/base/bytes.h"

namespace andon {

// Appends a validated float or ext, as json_writer.h says.
void AppendJsonScalar(Bytes value, ByteBuffer& out);

}  // namespace andon
