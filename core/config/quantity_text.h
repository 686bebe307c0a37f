// Durations and sizes as people write them: `1h30m`, `64MiB`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/base/time.h"

namespace andon {

// Numbers with units ns, us, ms, s, m, h, d, w, one behind the other; fractions too; 0 needs no
// unit. The error's message goes behind the value's name: `must be ...`.
Result<Duration> ParseDuration(std::string_view text);
// Bytes: a bare number, or one with k, M, G, T (powers of 1000), Ki, Mi, Gi, Ti (of 1024), with or
// without B.
Result<uint64_t> ParseByteSize(std::string_view text);

// In the largest units that are exact: `1h30m`, `300ms`, `64MiB`, `10kB`, `0`.
std::string DurationText(Duration duration);
std::string ByteSizeText(uint64_t bytes);

}  // namespace andon
