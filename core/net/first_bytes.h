// What the first bytes of a connection say when they are another protocol's than the one that is
// spoken there.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace andon {

enum class FirstBytes : uint8_t {
  kUnknown,  // Neither: as it should be.
  kMore,     // More of them are needed.
  kTls,      // A handshake record of TLS.
  kHttp,     // A request line of HTTP.
};
FirstBytes LookAtFirstBytes(Bytes untrusted);

// Why the connection is closed: what is wrong, and what to do. For kTls and kHttp.
const char* WhyWrongProtocol(FirstBytes first);

}  // namespace andon
