// How long to wait before the next try: exponential with full jitter
// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/random.h"
#include "core/base/time.h"

namespace andon {

// Evenly between a tenth of the ceiling and the ceiling, which is `initial`, doubled for each
// failure after the first, up to `maximum`. `failures` counts from 1.
inline Duration Backoff(Duration initial, Duration maximum, int failures, Random& random) {
  Duration ceiling = initial;
  for (int i = 1; i < failures && ceiling < maximum; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, maximum);
  const auto tenth = ceiling / 10;
  const auto spread = static_cast<uint64_t>((ceiling - tenth).count());
  return tenth + Duration(static_cast<int64_t>(random.Below(spread + 1)));
}

}  // namespace andon
