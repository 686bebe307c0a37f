// The machine's network for one loop.
#pragma once

#include <memory>

#include "core/loop/loop.h"
#include "core/net/socket_keeper.h"
#include "core/net/stream.h"

namespace andon {

// `keeper` may be null: then sockets are not kept over a reload.
std::unique_ptr<Network> MakeRealNetwork(Loop& loop, SocketKeeper* keeper);

}  // namespace andon
