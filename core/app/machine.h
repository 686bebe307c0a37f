// The real machine as a pipeline's environment.
#pragma once

#include <memory>
#include <string>

#include "core/net/socket_keeper.h"
#include "core/pipeline/environment.h"

namespace andon {

// The name that gethostname(2) gives; "localhost" when it gives none.
std::string MachineHostname();

// Threads are std::threads with a libuv loop each, the network is the kernel's, and listening
// sockets are kept over a reload by `sockets`. Everything given outlives the environment.
Environment MachineEnvironment(Loop& main, MetricRegistry& metrics, SocketKeeper& sockets);

}  // namespace andon
