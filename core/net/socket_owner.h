// Who has an address that cannot be had: for the message of an error, so it may cost a look
// through /proc.
#pragma once

#include <string>

#include "core/net/stream.h"

namespace andon {

// " (process 4711, rsyslogd, has it)", or empty when that cannot be found out.
std::string SocketOwner(const Address& address);

}  // namespace andon
