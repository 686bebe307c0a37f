// What the parts of one kind have in common: `type`, a unique `id`, and the place.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "core/config/config_node.h"

namespace andon {

struct PartConfig;

class PartReader {
 public:
  enum class Kind : uint8_t { kInput, kFilter, kOutput };
  explicit PartReader(Kind kind) : kind_(kind) {}

  // Without an id it is the type. What is read and delivered is remembered by the id, so the place
  // in the file must not decide: of the inputs or outputs of one type only one may lack it.
  void Read(const ConfigNode& node, PartConfig* part);

 private:
  void ReadId(const ConfigNode& id, PartConfig* part);
  // False when another of the type has no id either.
  bool NameByType(const ConfigNode& node, PartConfig* part);

  const Kind kind_;
  std::set<std::string> ids_;
  std::map<std::string, int> nameless_;  // By type.
};

}  // namespace andon
