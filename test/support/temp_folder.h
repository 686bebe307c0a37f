// A folder for the files of one test.
#pragma once

#include <string>

namespace andon {

// A folder of its own, gone with all that is in it when it is destroyed.
class TempFolder {
 public:
  // Below `parent`; the tests' usual folder when it is empty.
  explicit TempFolder(const std::string& parent = {});
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

}  // namespace andon
