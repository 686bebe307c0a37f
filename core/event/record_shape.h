// The shape of a record: its keys and how its values look. Records of one source are alike, so the
// last one's shape predicts the next: its keys are compared as bytes, which the processor does
// without waiting for where each one ends, and only the values are walked.
//
// A prediction never decides what is valid. What it confirms has been checked byte by byte for
// structure: the heads of containers and the keys are equal to those of a record that was walked,
// and each value in between is a whole scalar. All else is left to the walk.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace andon {

class RecordShape {
 public:
  // The length of the record at the front of `untrusted` if it has this shape; 0 when it has not,
  // when it may not be whole, or when less than kMargin bytes lie behind the last key.
  size_t Match(Bytes untrusted);

  // Takes the shape of a valid record. False, and no record matches, when it is too large.
  bool Learn(const std::byte* record);

  // Since Learn.
  uint32_t matches() const { return matches_; }

  static constexpr size_t kMargin = 32;

 private:
  // What the step expects behind its literal. A value that looks different is walked all the same,
  // only slower.
  enum class Next : uint8_t {
    kNothing,      // The literal goes on in the next step.
    kFixString,    // Up to 31 bytes.
    kShortString,  // str 8
    kFixed,        // Any whose first byte says that it has `size` bytes: numbers, nil, booleans.
    kNumber,       // An integer of 1 to 8 bytes.
    kAny,          // It was wrong too often.
  };
  // Bytes that come next, at most 16, and the scalar behind them.
  struct Step {
    std::array<uint64_t, 2> want;
    std::array<uint64_t, 2> mask;
    uint8_t literal_bytes;
    Next next;
    uint8_t size;  // kFixed
    uint32_t surprises;
  };
  static constexpr size_t kMaxSteps = 64;
  static constexpr size_t kLiteralBytes = 16;

  static size_t ExpectedSize(const Step& step, const std::byte* value);
  void Surprise(Step& step, uint8_t first);
  bool Take(const std::byte* record);
  bool AddLiteral(Bytes literal);
  void ExpectScalar(const std::byte* value);

  uint32_t matches_ = 0;
  size_t count_ = 0;  // Steps; 0: nothing matches.
  std::array<Step, kMaxSteps> steps_;
};

}  // namespace andon
