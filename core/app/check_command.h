// `andon check`: is this configuration good? Reads it with the code that andond runs.
#pragma once

#include <iosfwd>
#include <string>

namespace andon {

struct CheckOptions {
  std::string path;
  bool quiet = false;    // Nothing when it is good.
  bool connect = false;  // Ask those whom the outputs write to.
};

// Every problem on a line of its own, `file:line:column: message`, to `err`; what is good, and what
// is worth knowing, to `out`. Returns 0: good. 1: problems. 2: there is nothing to read.
int RunCheck(const CheckOptions& options, std::ostream& out, std::ostream& err);

}  // namespace andon
