// That no two outputs of one type write to the same path: each would take what the other has
// written for something that nobody has answered for, and cut it off after a crash.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "core/config/config_node.h"

namespace andon {

class OutputPaths {
 public:
  // Reports a problem at the `path` of this output when another one has the same.
  void Add(const ConfigNode& output, const std::string& id);

 private:
  std::map<std::pair<std::string, std::string>, std::string> ids_;  // By type and path.
};

}  // namespace andon
