// Brings the files of the last run back to what its cursor says.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/status.h"
#include "outputs/file/file_note.h"

namespace andon::file_output {

struct RecoveredFile {
  NotedFile noted;
  std::unique_ptr<File> file;  // Open at its path; null when it was moved away or is gone.
  uint64_t cut_bytes = 0;      // Written, but not answered for: these come again.
  uint64_t missing_bytes = 0;  // Answered for, but no longer there.
  bool gone = false;           // No file of that identity was found.
  bool foreign = false;        // Its bytes are not those that were written: left as it is.
};

struct Recovered {
  std::vector<RecoveredFile> files;
  std::vector<NotedPack> packs;  // Still to be compressed.
};

// Cuts every file of `note` that is longer than noted. Idempotent: a crash or an error in between
// is followed by another call.
Result<Recovered> RecoverFiles(FileSystem& files, const FileNote& note);

}  // namespace andon::file_output
