// Builds a tree of configuration values from yaml-cpp's events.
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/config/config_data.h"
#include "core/config/source_text.h"

namespace andon {

// Thrown through yaml-cpp to end the parse; caught in ParseYaml.
struct YamlStop {
  YAML::Mark mark;
  std::string message;
};

// Its methods throw YamlStop.
class YamlTreeBuilder : public YAML::EventHandler {
 public:
  using DataPtr = std::shared_ptr<ConfigData>;

  // `source` outlives this; problems go to `problems`.
  YamlTreeBuilder(const SourceText& source, std::shared_ptr<ProblemList> problems)
      : source_(source), problems_(std::move(problems)) {}

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
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
  DataPtr TakeBroken();
  DataPtr TakeRoot() { return root_; }
  Mark Place(const YAML::Mark& mark) const;
  // The innermost bracket that is open; null when there is none.
  const ConfigData* OpenBracket(char* bracket) const;

 private:
  using Kind = ConfigNode::Kind;
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
  DataPtr Make(Kind kind, const YAML::Mark& mark);
  DataPtr Remember(YAML::anchor_t anchor, DataPtr data) {
    if (anchor != 0) anchors_[anchor] = data;
    return data;
  }
  void Count(size_t values, const YAML::Mark& mark);
  void CheckDepth(size_t height, const YAML::Mark& mark);
  void BadKey(const YAML::Mark& mark, const std::string& message);
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

}  // namespace andon
