// Joins the maps of several files into one.
#pragma once

#include "core/config/config_data.h"

namespace andon {

enum class MergeLevel {
  kRoot,    // Lists of the same name are joined.
  kNested,  // A list is a value like another: it may be set once.
};

// Adds `field` to `into`. Maps of the same name are joined key by key; anything else that is there
// already is a problem. What stands in both files stays as it is: joined values are copies.
void MergeField(const ConfigData::Field& field, ConfigData& into, MergeLevel level);

}  // namespace andon
