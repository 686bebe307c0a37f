#include "core/config/yaml_tree_builder.h"

#include <algorithm>
#include <utility>

#include "core/config/yaml_message.h"
#include "core/config/yaml_tree.h"

namespace andon {
namespace {

// What messages call the value under `key`, and the plain items of a list there.
void NameAfter(const std::string& key, ConfigData& data) {
  data.name = key;
  for (const auto& item : data.items) {
    if (item->name.empty() && item->kind != ConfigNode::Kind::kMap) item->name = key;
  }
}

size_t Index(int n) { return n < 0 ? size_t{0} : static_cast<size_t>(n); }

}  // namespace

void YamlTreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (++documents_ > 1) {
    throw YamlStop{mark, "a second document begins here; a file holds one"};
  }
}

void YamlTreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (WantsKey()) return BadKey(mark, "a key must not be empty");
  DataPtr data = Remember(anchor, Make(Kind::kNull, mark));
  // yaml-cpp places nothing where the next thing is.
  data->text = NullWord(source_.From(Index(mark.line), Index(mark.column)));
  const bool written = !data->text.empty() || anchor != 0;
  if (!written && !frames_.empty()) data->mark = frames_.back().Place();
  Attach(data);
}

YamlTreeBuilder::DataPtr YamlTreeBuilder::TakeBroken() {
  broken_ = true;
  while (!frames_.empty()) {
    frames_.back().node->broken = true;
    Close();
  }
  return root_;
}

Mark YamlTreeBuilder::Place(const YAML::Mark& mark) const {
  return source_.At(Index(mark.line), Index(mark.column));
}

const ConfigData* YamlTreeBuilder::OpenBracket(char* bracket) const {
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    const std::string_view rest =
        SkipProperties(source_.From(Index(frame->mark.line), Index(frame->mark.column)));
    if (!rest.starts_with('[') && !rest.starts_with('{')) continue;
    *bracket = rest[0];
    return frame->node.get();
  }
  return nullptr;
}

YamlTreeBuilder::DataPtr YamlTreeBuilder::Make(Kind kind, const YAML::Mark& mark) {
  Count(1, mark);
  auto data = std::make_shared<ConfigData>();
  data->kind = kind;
  data->mark = Place(mark);
  data->problems = problems_;
  return data;
}

void YamlTreeBuilder::Count(size_t values, const YAML::Mark& mark) {
  values_ += values;
  if (values_ > kMaxConfigValues) {
    throw YamlStop{mark, "more than " + std::to_string(kMaxConfigValues) +
                             " values; aliases count each time that they are used"};
  }
}

void YamlTreeBuilder::CheckDepth(size_t height, const YAML::Mark& mark) {
  if (frames_.size() + height > kMaxConfigDepth) {
    throw YamlStop{mark, "nested deeper than " + std::to_string(kMaxConfigDepth) + " levels"};
  }
}

void YamlTreeBuilder::BadKey(const YAML::Mark& mark, const std::string& message) {
  Frame& frame = frames_.back();
  frame.node->Fail(Place(mark), message);
  frame.has_key = true;
  frame.drop = true;
}

void YamlTreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (WantsKey()) return BadKey(mark, "an alias cannot be a key");
  const DataPtr data = anchors_[anchor];
  for (const Frame& frame : frames_) {
    if (frame.node == data || data == nullptr)
      throw YamlStop{mark, "alias stands within its anchor"};
  }
  CheckDepth(data->height, mark);
  Count(data->weight, mark);
  Attach(data);
}

void YamlTreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag,
                               YAML::anchor_t anchor, const std::string& value) {
  // yaml-cpp's tag of a plain scalar is "?", of a quoted or block one "!".
  if (WantsKey()) return Key(mark, value, tag == "?");
  DataPtr data = Remember(anchor, Make(Kind::kScalar, mark));
  data->text = value;
  CheckQuotes(mark);
  data->quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
  if (!IsKnownYamlTag(tag)) {
    data->broken = true;
    data->Fail(data->mark, "tag \"" + tag + "\" is not supported");
  }
  Attach(data);
}

// yaml-cpp takes the end of the file for the end of a quoted text.
void YamlTreeBuilder::CheckQuotes(const YAML::Mark& mark) {
  const std::string_view rest = source_.From(Index(mark.line), Index(mark.column));
  if (!ClosesItsQuote(rest)) throw YamlStop{mark, "quote is never closed"};
}

void YamlTreeBuilder::Open(Kind kind, const YAML::Mark& mark, const std::string& tag,
                           YAML::anchor_t anchor) {
  CheckDepth(1, mark);
  Frame frame;
  frame.node = Remember(anchor, Make(kind, mark));
  frame.mark = mark;
  frame.is_key = WantsKey();
  if (!IsKnownYamlTag(tag)) {
    frame.node->Fail(frame.node->mark, "tag \"" + tag + "\" is not supported");
  }
  frames_.push_back(std::move(frame));
}

void YamlTreeBuilder::Close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  ConfigData& node = *frame.node;
  const auto add = [&node](const ConfigData& child) {
    node.weight += child.weight;
    node.height = std::max(node.height, child.height + 1);
  };
  for (const DataPtr& item : node.items) add(*item);
  for (const ConfigData::Field& field : node.fields) add(*field.value);
  if (!frame.is_key) return Attach(frame.node);
  if (broken_) return;
  BadKey(frame.mark, "a key must be plain text; quote it when it begins with \"{\" or \"[\"");
}

void YamlTreeBuilder::Key(const YAML::Mark& mark, const std::string& text, bool plain) {
  Frame& frame = frames_.back();
  frame.has_key = true;
  frame.key = text;
  frame.key_mark = Place(mark);
  frame.merge = plain && text == "<<";
  frame.drop = false;
  if (frame.merge) return;
  const auto [first, is_new] = frame.seen.emplace(text, frame.key_mark);
  if (is_new) return;
  frame.drop = true;
  frame.node->Fail(frame.key_mark, "\"" + text + "\" is repeated; it stands at line " +
                                       std::to_string(first->second.line) + " already");
}

void YamlTreeBuilder::Attach(const DataPtr& data) {
  if (frames_.empty()) {
    root_ = data;
    return;
  }
  Frame& frame = frames_.back();
  if (frame.node->kind == Kind::kMap) return AttachToMap(frame, data);
  frame.node->items.push_back(data);
}

void YamlTreeBuilder::AttachToMap(Frame& frame, const DataPtr& data) {
  frame.has_key = false;
  if (std::exchange(frame.drop, false)) return;
  if (!std::exchange(frame.merge, false)) {
    if (data->name.empty()) NameAfter(frame.key, *data);
    frame.node->fields.push_back({frame.key, frame.key_mark, data});
    return;
  }
  if (data->kind == Kind::kList) {
    for (const DataPtr& item : data->items) AddMerge(frame, item);
  } else {
    AddMerge(frame, data);
  }
}

void YamlTreeBuilder::AddMerge(Frame& frame, const DataPtr& data) {
  if (data->kind == Kind::kMap) {
    frame.merges.push_back(data);
  } else {
    frame.node->Fail(frame.key_mark, "\"<<\" needs a map, or a list of maps");
  }
}

void YamlTreeBuilder::ApplyMerges() {
  Frame& frame = frames_.back();
  // A key of the map itself wins, then the earlier of several maps.
  for (const DataPtr& merged : frame.merges) {
    Count(merged->weight, frame.mark);
    for (const ConfigData::Field& field : merged->fields) {
      if (frame.seen.emplace(field.key, field.mark).second) frame.node->fields.push_back(field);
    }
  }
}

}  // namespace andon
