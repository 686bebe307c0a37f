#include "core/app/loop_notes.h"

#include <fnmatch.h>

#include <algorithm>
#include <string_view>

namespace andon {
namespace {

// An option that is a text or a list of texts.
std::vector<std::string> Texts(const ConfigNode& part, const char* key) {
  std::vector<std::string> texts;
  const ConfigNode node = part.Get(key);
  if (node.kind() == ConfigNode::Kind::kScalar) texts.emplace_back(node.text());
  if (node.kind() != ConfigNode::Kind::kList) return texts;
  for (const ConfigNode& item : node.items()) {
    if (item.kind() == ConfigNode::Kind::kScalar) texts.emplace_back(item.text());
  }
  return texts;
}

// "/var/log/${tag}/%Y.log" as one of the names that it may become.
std::string ExampleOf(std::string_view path) {
  std::string example;
  for (size_t i = 0; i < path.size(); ++i) {
    const size_t close = path.substr(i).starts_with("${") ? path.find('}', i) : path.npos;
    const bool is_time = path[i] == '%' && i + 1 < path.size();
    example += close != path.npos || is_time ? 'x' : path[i];
    if (close != path.npos) i = close;
    if (is_time) ++i;
  }
  return example;
}

bool Covers(const std::string& pattern, const std::string& path) {
  const bool any_folders = pattern.find("**") != std::string::npos;
  const bool whole = pattern.find('/') != std::string::npos;
  const char* const what = path.c_str() + (whole ? 0 : path.rfind('/') + 1);
  return fnmatch(pattern.c_str(), what, any_folders ? 0 : FNM_PATHNAME) == 0;
}

bool Reads(const ConfigNode& input, const std::string& path) {
  const auto covers = [&path](const std::string& pattern) { return Covers(pattern, path); };
  return std::ranges::any_of(Texts(input, "path"), covers) &&
         std::ranges::none_of(Texts(input, "exclude"), covers);
}

}  // namespace

std::vector<std::string> LoopNotes(const Config& config, const PipelineConfig& pipeline) {
  std::vector<std::string> lines;
  const std::vector<ConfigNode> inputs = config.root().Get("inputs").items();
  const std::vector<ConfigNode> outputs = config.root().Get("outputs").items();
  for (size_t o = 0; o < outputs.size() && o < pipeline.outputs.size(); ++o) {
    const ConfigNode path = outputs[o].Get("path");
    if (path.kind() != ConfigNode::Kind::kScalar || path.secret()) continue;
    const std::string example = ExampleOf(path.text());
    for (size_t i = 0; i < inputs.size() && i < pipeline.inputs.size(); ++i) {
      if (!Reads(inputs[i], example)) continue;
      const std::string text = "note: input " + pipeline.inputs[i].id + " reads what output " +
                               pipeline.outputs[o].id +
                               " writes: where its match takes that, each line comes again "
                               "without end; exclude it";
      lines.push_back(Problem{path.mark(), text}.ToString());
    }
  }
  return lines;
}

}  // namespace andon
