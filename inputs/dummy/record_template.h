// A record that is written in the configuration.
#pragma once

#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/config/config_node.h"
#include "core/event/record_view.h"

namespace andon::dummy {

// A map of the configuration as a msgpack map: numbers, true, false and null keep their type unless
// they are quoted; maps and lists nest. Null when `node` is none (a problem is reported there).
std::optional<std::string> EncodeRecord(const ConfigNode& node);

}  // namespace andon::dummy
