// What becomes of the parts of one kind when a configuration changes.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/pipeline/pipeline_config.h"
#include "core/pipeline/supervisor.h"

namespace andon {

// `Config` is a PartConfig; the pointers are into the next configuration.
template <class Config>
struct PartComparison {
  std::vector<const Config*> added;
  std::vector<const Config*> changed;
  std::vector<std::string> removed;
};

// Null when there is none of that id.
template <class Config>
const Config* FindPart(const std::vector<Config>& parts, const std::string& id) {
  const auto found = std::ranges::find(parts, id, &Config::id);
  return found == parts.end() ? nullptr : &*found;
}

// Adds what becomes of each part to `report`; of a kind: "input", "output".
template <class Config>
PartComparison<Config> ComparePartsOf(const char* kind, const std::vector<Config>& now,
                                      const std::vector<Config>& next,
                                      std::vector<PartChange>* report) {
  using What = PartChange::What;
  PartComparison<Config> found;
  for (const Config& part : next) {
    const Config* old = FindPart(now, part.id);
    if (old == nullptr) {
      found.added.push_back(&part);
      report->push_back({kind, part.id, What::kStarted});
    } else if (old->fingerprint != part.fingerprint) {
      found.changed.push_back(&part);
      report->push_back({kind, part.id, What::kRebuilt});
    } else {
      report->push_back({kind, part.id, What::kKept});
    }
  }
  for (const Config& old : now) {
    if (FindPart(next, old.id) != nullptr) continue;
    found.removed.push_back(old.id);
    report->push_back({kind, old.id, What::kStopped});
  }
  return found;
}

}  // namespace andon
