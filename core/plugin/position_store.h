// The positions of all sources: as recovered from the journal, and as appended since.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/run_set.h"

namespace andon {

// Sources of what outputs refused: this, the output's id, a colon and a lane of this journal. Once
// nothing of that lane can be refused any more, they are forgotten with it.
inline constexpr std::string_view kRejectedSources = "rejected:";

class PositionStore {
 public:
  virtual ~PositionStore() = default;

  // What a stored position survives: what an input may promise its peers.
  enum class Survives : uint8_t {
    kNothing,  // In memory only: a restart forgets it.
    kProcess,  // A killed process, not a power cut.
    kPowerCut,
  };
  virtual Survives survives() const { return Survives::kPowerCut; }

  // The newest value of `source`, durable or not yet. Thread: any.
  virtual std::optional<std::string> Find(std::string_view source) const = 0;
  // Calls `visit` for every source that begins with `prefix`, in order of their names. Thread: any.
  virtual void ForEach(
      std::string_view prefix,
      const std::function<void(std::string_view source, std::string_view value)>& visit) const = 0;

  // For sources of kind kRuns: the parts of `wanted` that are not accepted yet, in order; they are
  // marked accepted. The caller emits exactly these, with a Position of kind kRuns that says so, in
  // the same call. Two workers never get the same number. Thread: worker.
  virtual std::vector<Range> Claim(std::string_view source, std::span<const Range> wanted) = 0;
};

}  // namespace andon
