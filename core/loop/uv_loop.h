// Loop on libuv.
#pragma once

#include <memory>

#include "core/loop/loop.h"

namespace andon {

std::unique_ptr<RunnableLoop> MakeUvLoop();

}  // namespace andon
