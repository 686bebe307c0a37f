// A log that a simulated program writes and rotates on the real disk, for a tail input.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/random.h"
#include "test/support/temp_folder.h"

namespace andon {

class SimLog {
 public:
  // Lines {"n":1,"src":"NAME"} to `last`, as they are asked for.
  SimLog(std::string source, uint64_t last) : source_(std::move(source)), last_(last) {}

  // What the input follows: the log, and the names that it had.
  std::string pattern() const { return folder_.Path("app.log*"); }
  // Up to `lines` more; the last may be without its end until the next call.
  void Write(uint64_t lines, Random& random);
  void Finish();
  void Rotate();

 private:
  void Append(const std::string& text) const;

  const TempFolder folder_;
  const std::string source_;
  const uint64_t last_;
  uint64_t next_ = 1;
  std::string rest_;  // Of a line that is written in part.
  uint64_t rotations_ = 0;
};

}  // namespace andon
