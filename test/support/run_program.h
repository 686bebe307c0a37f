// Runs a program to its end and keeps what it said.
#pragma once

#include <string>
#include <vector>

namespace andon {

struct ProgramRun {
  int status = -1;  // The exit status; -1 when it was not started, or ended by a signal.
  std::string out;
  std::string err;
};
ProgramRun RunProgram(const std::string& path, std::vector<std::string> arguments);

}  // namespace andon
