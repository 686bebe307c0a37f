// Text as a YAML value, for configurations that andon writes itself.
#pragma once

#include <string>
#include <string_view>

namespace andon {

// In single quotes: nothing in it can be taken for YAML.
std::string YamlQuoted(std::string_view text);

}  // namespace andon
