#include "core/config/config_merge.h"

#include <memory>
#include <string>

namespace andon {

using Kind = ConfigNode::Kind;

void MergeField(const ConfigData::Field& field, ConfigData& into, MergeLevel level) {
  ConfigData::Field* there = into.Find(field.key);
  if (there == nullptr) {
    into.fields.push_back(field);
    return;
  }
  if (field.value->kind == Kind::kNull) return;
  if (there->value->kind == Kind::kNull) {
    there->value = field.value;
    return;
  }
  const bool both_lists = there->value->kind == Kind::kList && field.value->kind == Kind::kList;
  const bool both_maps = there->value->kind == Kind::kMap && field.value->kind == Kind::kMap;
  if (both_maps || (both_lists && level == MergeLevel::kRoot)) {
    auto joined = std::make_shared<ConfigData>(*there->value);
    joined->items.insert(joined->items.end(), field.value->items.begin(), field.value->items.end());
    joined->broken = joined->broken || field.value->broken;
    for (const ConfigData::Field& more : field.value->fields) {
      MergeField(more, *joined, MergeLevel::kNested);
    }
    there->value = std::move(joined);
    return;
  }
  field.value->Fail(field.mark, "\"" + field.key + "\" is set already, at " + there->mark.file +
                                    ":" + std::to_string(there->mark.line));
}

}  // namespace andon
