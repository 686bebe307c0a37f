// Every part of a configuration that has options, with them: sections and plugins.
#pragma once

#include <string>
#include <vector>

#include "core/config/description.h"

namespace andon {

struct CatalogEntry {
  std::string kind;  // "section", "input", "filter", "output", "parser", "formatter", "broken file"
  std::string name;
  std::string summary;
  std::vector<OptionDescription> options;
};

// Sections first, then the kinds in the order of the data's way, each by name. What every plugin of
// a kind has besides its own options is the entry with the name "every input" and so on, a section.
std::vector<CatalogEntry> PluginCatalog();

}  // namespace andon
