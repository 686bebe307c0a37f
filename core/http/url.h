// URLs: what configurations name, and what goes into a path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace andon::http {

// RFC 3986: everything but unreserved characters as %XX.
std::string EscapedPart(std::string_view text);

// "host", "host:port" or "http[s]://host[:port][/prefix]", completed with its scheme (http) and
// port, without a slash at its end. kInvalidConfig: another scheme, user information, a query, no
// host, a port that is none.
Result<std::string> ParseNodeUrl(std::string_view text, uint16_t default_port = 9200);

}  // namespace andon::http
