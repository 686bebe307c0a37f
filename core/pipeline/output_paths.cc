#include "core/pipeline/output_paths.h"

namespace andon {

void OutputPaths::Add(const ConfigNode& output, const std::string& id) {
  const ConfigNode type = output.Get("type");
  const ConfigNode path = output.Get("path");
  if (type.kind() != ConfigNode::Kind::kScalar || path.kind() != ConfigNode::Kind::kScalar) return;
  const auto [at, fresh] =
      ids_.try_emplace({std::string(type.text()), std::string(path.text())}, id);
  if (fresh) return;
  (void)path.Fail("output " + at->second +
                  " writes there already: after a crash each would cut off "
                  "what the other has written; give each one a path of its own");
}

}  // namespace andon
