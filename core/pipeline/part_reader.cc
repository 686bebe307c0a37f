#include "core/pipeline/part_reader.h"

#include "core/pipeline/pipeline_config.h"

namespace andon {
namespace {

const char* NameOf(PartReader::Kind kind) {
  switch (kind) {
    case PartReader::Kind::kInput:
      return "input";
    case PartReader::Kind::kFilter:
      return "filter";
    case PartReader::Kind::kOutput:
      return "output";
  }
  return "";
}

}  // namespace

void PartReader::Read(const ConfigNode& node, PartConfig* part) {
  part->mark = node.mark();
  part->type = std::string(node.Get("type").text());
  const ConfigNode id = node.Get("id");
  const bool named = id.kind() == ConfigNode::Kind::kScalar;
  if (named) {
    ReadId(id, part);
  } else if (!NameByType(node, part)) {
    return;
  }
  if (ids_.insert(part->id).second) return;
  std::string message = "id \"" + part->id + "\" is used by another " + NameOf(kind_);
  if (!named) message = "the " + message + ": give this one an id";
  (void)id.Fail(message);
}

void PartReader::ReadId(const ConfigNode& id, PartConfig* part) {
  part->id = std::string(id.text());
  const bool good = !part->id.empty() && part->id.size() <= 64 &&
                    part->id.find_first_not_of(
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789_-") == std::string::npos;
  if (!good) (void)id.Fail("id must be 1 to 64 letters, digits, - or _");
}

bool PartReader::NameByType(const ConfigNode& node, PartConfig* part) {
  part->id = part->type;
  if (kind_ == Kind::kFilter) {
    for (int n = 2; ids_.contains(part->id); ++n) part->id = part->type + "-" + std::to_string(n);
    return true;
  }
  const int nameless = ++nameless_[part->type];
  if (nameless == 2 && !part->type.empty()) {
    (void)node.Fail("two " + part->type + " " + NameOf(kind_) + "s have no id: what was " +
                    (kind_ == Kind::kInput ? "read" : "delivered") +
                    " is remembered by it; give each one an id");
  }
  return nameless == 1;
}

}  // namespace andon
