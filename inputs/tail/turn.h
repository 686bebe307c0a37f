// What one turn of reading gives: events, and how far their files were read, emitted as one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/plugin/emitter.h"
#include "core/plugin/input.h"
#include "inputs/tail/line_events.h"
#include "inputs/tail/tailed_file.h"

namespace andon::tail {

// Reused from turn to turn, with its memory. Files that it was told of must stay until Emit or
// Forget. Thread: worker.
class Turn {
 public:
  Turn(const TailConfig& config, InputContext& context);

  void Begin();
  // Where lines of this file go.
  LineSink& SinkFor(const TailedFile& file);
  // The file's position goes with this turn.
  void Touch(TailedFile& file);
  // It does not: the file is done with.
  void Forget(TailedFile& file);
  // Takes the file's position out of the journal.
  void Erase(const FileId& file) { erased_.push_back(file); }
  bool erases() const { return !erased_.empty(); }

  void Emit(Emitter& emitter);
  size_t bytes() const { return events_.bytes(); }
  // Gives memory back that a big turn has used.
  void Shrink() { events_.Shrink(); }
  // Of the machine's start: file numbers may mean others after the next one.
  uint64_t boot() const { return boot_; }

 private:
  InputContext& context_;
  const uint64_t boot_;
  Counter& cut_lines_;
  LineEvents events_;
  std::vector<TailedFile*> touched_;
  std::vector<FileId> erased_;
};

}  // namespace andon::tail
