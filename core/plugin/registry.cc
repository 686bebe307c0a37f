#include "core/plugin/registry.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/config/did_you_mean.h"
#include "core/plugin/filter.h"
#include "core/plugin/formatter.h"
#include "core/plugin/input.h"
#include "core/plugin/output.h"
#include "core/plugin/parser.h"
#include "core/plugin/plugin_files.h"

namespace andon {

template <>
std::string_view KindName<Input>() {
  return "input";
}
template <>
std::string_view KindName<Filter>() {
  return "filter";
}
template <>
std::string_view KindName<Output>() {
  return "output";
}
template <>
std::string_view KindName<Parser>() {
  return "parser";
}
template <>
std::string_view KindName<Formatter>() {
  return "formatter";
}

template <class Kind>
Registry<Kind>& Registry<Kind>::Get() {
  static Registry registry;
  return registry;
}

template <class Kind>
void Registry<Kind>::Add(Registration<Kind> registration) {
  const bool is_new = all_.insert(std::move(registration)).second;
  CHECK(is_new);
}

template <class Kind>
const Registration<Kind>* Registry<Kind>::Find(std::string_view name) const {
  const auto found = std::find_if(
      all_.begin(), all_.end(), [name](const Registration<Kind>& one) { return one.name == name; });
  return found == all_.end() ? nullptr : &*found;
}

namespace {

template <class Other>
void HintAt(std::string_view name, std::string* hint) {
  if (Registry<Other>::Get().Find(name) == nullptr || !hint->empty()) return;
  const std::string_view kind = KindName<Other>();
  const bool vowel = kind[0] == 'i' || kind[0] == 'o';
  *hint = std::string("; there is ") + (vowel ? "an " : "a ") + std::string(kind) + " of that name";
}

// What may have been meant by `name`: a word like it, the same name as another kind, or the list.
template <class Kind>
std::string Hint(std::string_view name) {
  // What is in files that nobody has named yet counts too; a broken one is another matter.
  for (const std::string& type : PluginFileTypes()) static_cast<void>(OpenPluginFile(type));
  std::vector<std::string> names;
  for (const auto& registration : Registry<Kind>::Get().all()) names.push_back(registration.name);
  std::string hint;
  HintAt<Input>(name, &hint);
  HintAt<Filter>(name, &hint);
  HintAt<Output>(name, &hint);
  HintAt<Parser>(name, &hint);
  HintAt<Formatter>(name, &hint);
  if (hint.empty()) hint = DidYouMean(name, names);
  if (!hint.empty() || names.empty()) return hint;
  hint = "; there are";
  for (const std::string& known : names) hint += (known == names.front() ? " " : ", ") + known;
  // What is known well, but is not installed, looks like a misspelt name otherwise.
  const bool may_be_file = std::is_same_v<Kind, Input> || std::is_same_v<Kind, Output>;
  if (may_be_file) hint += "; no file of that name is in " + PluginFolderText();
  return hint;
}

// The plugin's name and the map of its options.
struct Choice {
  std::string name;
  ConfigNode named_at;
  ConfigNode options;
};

Result<Choice> Choose(const ConfigNode& node, std::string_view default_type) {
  using Shape = ConfigNode::Kind;
  const std::string fallback(default_type);
  switch (node.kind()) {
    case Shape::kScalar:
      return Choice{std::string(node.text()), node, node.Empty()};
    case Shape::kMissing:
    case Shape::kNull:
      if (fallback.empty()) return node.Fail("has no value; a map with a \"type\" belongs here");
      return Choice{fallback, node, node.Empty()};
    case Shape::kList:
      return node.Fail("must be a map with a \"type\", is a list");
    case Shape::kMap:
      break;
  }
  const ConfigNode type = node.Get("type");
  // To YAML the output's name is no text.
  const bool null_plugin = type.kind() == Shape::kNull && type.text() == "null";
  if (type.kind() == Shape::kScalar || null_plugin) {
    return Choice{std::string(type.text()), type, node};
  }
  if (type.kind() == Shape::kMissing && !fallback.empty()) return Choice{fallback, node, node};
  if (type.kind() == Shape::kMissing) return type.Fail("is required");
  return type.Fail("must be the name of a plugin, " + type.Shown());
}

}  // namespace

template <class Kind>
Result<Factory<Kind>> ParsePlugin(const ConfigNode& node, std::string_view default_type) {
  ASSIGN_OR_RETURN(const Choice choice, Choose(node, default_type));
  const Registration<Kind>* registration = Registry<Kind>::Get().Find(choice.name);
  if (registration == nullptr) {
    const Result<bool> opened = OpenPluginFile(choice.name);
    if (!opened.ok()) return choice.named_at.Fail(std::string(opened.status().message()));
    registration = Registry<Kind>::Get().Find(choice.name);
  }
  if (registration == nullptr) {
    return choice.named_at.Fail("unknown " + std::string(KindName<Kind>()) + " \"" + choice.name +
                                "\"" + Hint<Kind>(choice.name));
  }
  auto factory = registration->parse(choice.options);
  // What the plugin only returned is shown like everything else, with a place.
  if (!factory.ok() && !choice.options.HasProblems()) {
    return node.Fail(choice.name + ": " + std::string(factory.status().message()));
  }
  return factory;
}

template class Registry<Input>;
template class Registry<Filter>;
template class Registry<Output>;
template class Registry<Parser>;
template class Registry<Formatter>;
template Result<Factory<Input>> ParsePlugin<Input>(const ConfigNode&, std::string_view);
template Result<Factory<Filter>> ParsePlugin<Filter>(const ConfigNode&, std::string_view);
template Result<Factory<Output>> ParsePlugin<Output>(const ConfigNode&, std::string_view);
template Result<Factory<Parser>> ParsePlugin<Parser>(const ConfigNode&, std::string_view);
template Result<Factory<Formatter>> ParsePlugin<Formatter>(const ConfigNode&, std::string_view);

}  // namespace andon
