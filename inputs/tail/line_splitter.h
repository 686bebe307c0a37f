// Cuts the bytes of a file into events: lines, or several lines that belong together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/codec/pattern.h"

namespace andon::tail {

class LineSink {
 public:
  // One event without its line end (LF or CR LF). `cut`: it was longer than the limit, and `text`
  // is its beginning. Valid during the call.
  virtual void Line(std::string_view text, bool cut) = 0;

 protected:
  ~LineSink() = default;
};

struct SplitOptions {
  size_t max_bytes = size_t{256} << 10;
  const Pattern* start = nullptr;  // Begins an event of several lines; null: every line does.
};

// Thread: worker. Bytes are taken as they come, NUL and invalid UTF-8 too. Memory: what has no end
// yet, at most max_bytes.
class LineSplitter {
 public:
  explicit LineSplitter(const SplitOptions& options) : options_(options) {}

  // The bytes that follow what was fed before.
  void Feed(std::string_view bytes, LineSink& sink);
  // What is left is an event as it is: at the end of a file, or when nothing more comes.
  void Flush(LineSink& sink);
  // Forgets what is left and goes on at `offset` of a file.
  void Restart(uint64_t offset);

  // Behind the last event that the sink was given: where to go on after a restart.
  uint64_t emitted() const { return emitted_; }
  // Something is held back that Flush would give.
  bool pending() const { return fed_ != emitted_; }

 private:
  // A text that grows up to a limit, and knows when it would have been longer.
  struct Held {
    std::string text;
    bool cut = false;
    void Append(std::string_view more, size_t limit);
    void Clear();
  };
  void EndLine(std::string_view line, bool cut, uint64_t end, LineSink& sink);
  void EndMultiline(std::string_view line, bool cut, uint64_t end, LineSink& sink);
  void EmitEvent(LineSink& sink);

  const SplitOptions options_;
  Held partial_;  // A line without its end.
  Held event_;    // Whole lines of an event whose end is not known yet.
  bool has_event_ = false;
  uint64_t fed_ = 0;         // Offset behind what was fed.
  uint64_t line_begin_ = 0;  // Offset of the line that is being read.
  uint64_t emitted_ = 0;
};

}  // namespace andon::tail
