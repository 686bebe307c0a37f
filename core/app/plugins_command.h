// `andon plugins`: what there is, and the options of each, said by the code that reads them.
#pragma once

#include <iosfwd>
#include <string>

namespace andon {

struct PluginsOptions {
  std::string name;  // One plugin, of every kind that has it; `filter/grep`: of that kind only; or
                     // a section: service, journal. Empty: all.
  bool markdown = false;
  size_t width = 100;  // Of a line of text.
};

// Returns 0; 1 when nothing has that name.
int RunPlugins(const PluginsOptions& options, std::ostream& out, std::ostream& err);

}  // namespace andon
