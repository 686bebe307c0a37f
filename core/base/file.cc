#include "core/base/file.h"

#include <algorithm>

namespace andon {

Result<std::string> ReadFile(FileSystem& files, const std::string& path, size_t limit_bytes) {
  ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files.Open(path, {}));
  std::string text;
  size_t step = 64 << 10;
  for (;;) {
    const size_t before = text.size();
    text.resize(before + step);
    ASSIGN_OR_RETURN(const size_t got,
                     file->ReadAt(before, std::as_writable_bytes(std::span(text).subspan(before))));
    text.resize(before + got);
    if (text.size() > limit_bytes) {
      return Rejected(path + ": more than " + std::to_string(limit_bytes) +
                      " bytes, the most that is read");
    }
    if (got < step) return text;
    step = std::min(step * 2, size_t{8} << 20);
  }
}

}  // namespace andon
