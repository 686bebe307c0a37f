// YAML text as a tree with places. What YAML readers usually pass over in silence is a problem
// here: repeated keys, several documents, unknown tags.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "core/config/config_data.h"
#include "core/config/source_text.h"

namespace andon {

// Deeper nesting than this is refused, that through aliases included.
inline constexpr size_t kMaxConfigDepth = 64;
// More values than this are refused, aliases counted each time that they are used.
inline constexpr size_t kMaxConfigValues = 200'000;

// The root of the document; null for a text without any. Problems go to `problems`. After a syntax
// error the tree holds what stands before it, and what lacks something because of it is broken.
std::shared_ptr<ConfigData> ParseYaml(const SourceText& source,
                                      const std::shared_ptr<ProblemList>& problems);

}  // namespace andon
