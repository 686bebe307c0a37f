#include "core/config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/config/yaml_message.h"

namespace andon {
namespace {

using DataPtr = std::shared_ptr<ConfigData>;
using Kind = ConfigNode::Kind;

// Thrown through yaml-cpp to end the parse; caught in ParseYaml.
struct Stop {
  YAML::Mark mark;
  std::string message;
};

// Reads from memory that it does not own.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

// What messages call the value under `key`, and the plain items of a list there.
void NameAfter(const std::string& key, ConfigData& data) {
  data.name = key;
  for (const DataPtr& item : data.items) {
    if (item->name.empty() && item->kind != Kind::kMap) item->name = key;
  }
}

size_t Index(int n) { return n < 0 ? size_t{0} : static_cast<size_t>(n); }

// Builds the tree from yaml-cpp's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceText& source, std::shared_ptr<ProblemList> problems)
      : source_(source), problems_(std::move(problems)) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      throw Stop{mark, "a second document begins here; a file holds one"};
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (WantsKey()) return BadKey(mark, "a key must not be empty");
    DataPtr data = Remember(anchor, Make(Kind::kNull, mark));
    // yaml-cpp places nothing where the next thing is.
    data->text = NullWord(source_.From(Index(mark.line), Index(mark.column)));
    const bool written = !data->text.empty() || anchor != 0;
    if (!written && !frames_.empty()) data->mark = frames_.back().Place();
    Attach(data);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(Kind::kList, mark, tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(Kind::kMap, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override {
    ApplyMerges();
    Close();
  }

  // After a syntax error: what is open has lost what would follow.
  DataPtr TakeBroken() {
    broken_ = true;
    while (!frames_.empty()) {
      frames_.back().node->broken = true;
      Close();
    }
    return root_;
  }
  DataPtr TakeRoot() { return root_; }
  Mark Place(const YAML::Mark& mark) const {
    return source_.At(Index(mark.line), Index(mark.column));
  }
  // The innermost bracket that is open; null when there is none.
  const ConfigData* OpenBracket(char* bracket) const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      const std::string_view rest =
          SkipProperties(source_.From(Index(frame->mark.line), Index(frame->mark.column)));
      if (!rest.starts_with('[') && !rest.starts_with('{')) continue;
      *bracket = rest[0];
      return frame->node.get();
    }
    return nullptr;
  }

 private:
  // A container that is being filled.
  struct Frame {
    DataPtr node;
    YAML::Mark mark;
    bool is_key = false;   // Stands where a key belongs: its value is thrown away.
    bool has_key = false;  // A map's key was read, its value comes next.
    bool drop = false;     // The value under this key is thrown away.
    std::string key;
    Mark key_mark;
    bool merge = false;  // The key is "<<".
    std::vector<DataPtr> merges;
    std::unordered_map<std::string, Mark> seen;
    const Mark& Place() const { return has_key ? key_mark : node->mark; }
  };

  bool WantsKey() const {
    return !frames_.empty() && frames_.back().node->kind == Kind::kMap && !frames_.back().has_key;
  }
  DataPtr Make(Kind kind, const YAML::Mark& mark) {
    Count(1, mark);
    auto data = std::make_shared<ConfigData>();
    data->kind = kind;
    data->mark = Place(mark);
    data->problems = problems_;
    return data;
  }
  DataPtr Remember(YAML::anchor_t anchor, DataPtr data) {
    if (anchor != 0) anchors_[anchor] = data;
    return data;
  }
  void Count(size_t values, const YAML::Mark& mark) {
    values_ += values;
    if (values_ > kMaxConfigValues) {
      throw Stop{mark, "more than " + std::to_string(kMaxConfigValues) +
                           " values; aliases count each time that they are used"};
    }
  }
  void CheckDepth(size_t height, const YAML::Mark& mark) {
    if (frames_.size() + height > kMaxConfigDepth) {
      throw Stop{mark, "nested deeper than " + std::to_string(kMaxConfigDepth) + " levels"};
    }
  }
  void BadKey(const YAML::Mark& mark, const std::string& message) {
    Frame& frame = frames_.back();
    frame.node->Fail(Place(mark), message);
    frame.has_key = true;
    frame.drop = true;
  }
  void CheckQuotes(const YAML::Mark& mark);
  void Open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  void Close();
  void Key(const YAML::Mark& mark, const std::string& text, bool plain);
  void Attach(const DataPtr& data);
  void AttachToMap(Frame& frame, const DataPtr& data);
  void AddMerge(Frame& frame, const DataPtr& data);
  void ApplyMerges();

  const SourceText& source_;
  std::shared_ptr<ProblemList> problems_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, DataPtr> anchors_;
  DataPtr root_;
  int documents_ = 0;
  size_t values_ = 0;
  bool broken_ = false;
};

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (WantsKey()) return BadKey(mark, "an alias cannot be a key");
  const DataPtr data = anchors_[anchor];
  for (const Frame& frame : frames_) {
    if (frame.node == data || data == nullptr) throw Stop{mark, "alias stands within its anchor"};
  }
  CheckDepth(data->height, mark);
  Count(data->weight, mark);
  Attach(data);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
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
void TreeBuilder::CheckQuotes(const YAML::Mark& mark) {
  const std::string_view rest = source_.From(Index(mark.line), Index(mark.column));
  if (!ClosesItsQuote(rest)) throw Stop{mark, "quote is never closed"};
}

void TreeBuilder::Open(Kind kind, const YAML::Mark& mark, const std::string& tag,
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

void TreeBuilder::Close() {
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

void TreeBuilder::Key(const YAML::Mark& mark, const std::string& text, bool plain) {
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

void TreeBuilder::Attach(const DataPtr& data) {
  if (frames_.empty()) {
    root_ = data;
    return;
  }
  Frame& frame = frames_.back();
  if (frame.node->kind == Kind::kMap) return AttachToMap(frame, data);
  frame.node->items.push_back(data);
}

void TreeBuilder::AttachToMap(Frame& frame, const DataPtr& data) {
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

void TreeBuilder::AddMerge(Frame& frame, const DataPtr& data) {
  if (data->kind == Kind::kMap) {
    frame.merges.push_back(data);
  } else {
    frame.node->Fail(frame.key_mark, "\"<<\" needs a map, or a list of maps");
  }
}

void TreeBuilder::ApplyMerges() {
  Frame& frame = frames_.back();
  // A key of the map itself wins, then the earlier of several maps.
  for (const DataPtr& merged : frame.merges) {
    Count(merged->weight, frame.mark);
    for (const ConfigData::Field& field : merged->fields) {
      if (frame.seen.emplace(field.key, field.mark).second) frame.node->fields.push_back(field);
    }
  }
}

}  // namespace

DataPtr ParseYaml(const SourceText& source, const std::shared_ptr<ProblemList>& problems) {
  ViewBuffer buffer(source.text());
  std::istream stream(&buffer);
  TreeBuilder builder(source, problems);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.TakeRoot();
  } catch (const Stop& stop) {
    problems->Add(builder.Place(stop.mark), stop.message);
  } catch (const YAML::Exception& error) {
    char bracket = 0;
    const ConfigData* open = IsOpenBracket(error.msg) ? builder.OpenBracket(&bracket) : nullptr;
    if (open != nullptr) {
      problems->Add(open->mark, OpenBracketMessage(source, bracket, open->mark.line - 1));
    } else {
      problems->Add(builder.Place(error.mark), YamlMessage(source, error.msg, error.mark.line));
    }
  }
  return builder.TakeBroken();
}

}  // namespace andon
