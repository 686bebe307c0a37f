// Runs a program to its end and keeps what it said.
#pragma once

#include <string>
#include <vector>

namespace andon {

// A folder of its own, gone with all that is in it when it is destroyed.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  // Returns the file's path.
  std::string Write(const std::string& name, const std::string& text) const;
  std::string Read(const std::string& name) const;

 private:
  std::string path_;
};

struct ProgramRun {
  int status = -1;  // The exit status; -1 when it was not started, or ended by a signal.
  std::string out;
  std::string err;
};
ProgramRun RunProgram(const std::string& path, std::vector<std::string> arguments);

}  // namespace andon
