// Formats a chunk into the files that its events belong to, in memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/chunk.h"
#include "core/plugin/formatter.h"
#include "core/plugin/output.h"
#include "outputs/file/file_set.h"
#include "outputs/file/path_template.h"

namespace andon::file_output {

struct Staged {
  std::vector<OutputFile*> files;   // With something to write; marked in_use.
  std::vector<Rejection> rejected;  // Their tag, fields or time make no path.
  std::vector<Range> again;         // Events of more files than one chunk may write to.
};

// Thread: output.
class Stager {
 public:
  Stager(const PathTemplate& path, std::unique_ptr<Formatter> formatter, FileSet& files);
  Staged Stage(const Chunk& chunk);

 private:
  void StagePiece(const Piece& piece, Staged* staged);
  // Sets file_ or why_not_. False when the chunk has as many files as it may.
  bool Aim(std::string_view tag, const EntryView& entry, Staged* staged);
  bool Use(Staged* staged);

  const PathTemplate& path_;
  const std::unique_ptr<Formatter> formatter_;
  FileSet& files_;
  // Where events of the current source and time bucket go: a file, or a reason why nowhere.
  OutputFile* file_ = nullptr;
  const char* why_not_ = nullptr;
  std::string source_;
  std::string rendered_;
  size_t path_bytes_ = 0;
};

}  // namespace andon::file_output
