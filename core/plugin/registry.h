// Plugins by name. Each registers itself from its own file:
//
//   const Register<Filter, GrepFilter> kGrep("grep", "keeps the events whose field matches");
//
// GrepFilter has a constructor GrepFilter(Config), and Config a static
// Result<Config> Parse(const ConfigNode&). Parse runs once, the constructor once per worker.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/base/status.h"
#include "core/config/config_reader.h"

namespace andon {

class Input;
class Filter;
class Output;
class Parser;
class Formatter;

// Makes instances of one configured plugin. Immutable; copied freely.
template <class Kind>
using Factory = std::function<std::unique_ptr<Kind>()>;

template <class Kind>
struct Registration {
  std::string name;
  std::string summary;  // One line, lower case, no period.
  std::function<Result<Factory<Kind>>(const ConfigNode&)> parse;
};

// The registered plugins of one kind, by name. Grows before main and when a plugin's file is
// opened (plugin_files.h); what was found stays where it is. Thread: main.
template <class Kind>
class Registry {
 public:
  struct ByName {
    bool operator()(const Registration<Kind>& one, const Registration<Kind>& other) const {
      return one.name < other.name;
    }
  };

  static Registry& Get();
  void Add(Registration<Kind> registration);  // CHECKs that the name is new.
  const Registration<Kind>* Find(std::string_view name) const;
  const std::set<Registration<Kind>, ByName>& all() const { return all_; }

 private:
  std::set<Registration<Kind>, ByName> all_;
};

extern template class Registry<Input>;
extern template class Registry<Filter>;
extern template class Registry<Output>;
extern template class Registry<Parser>;
extern template class Registry<Formatter>;

// "input", "filter", "output", "parser", "formatter"
template <class Kind>
std::string_view KindName();

template <class Kind, class T>
class Register {
 public:
  using Config = std::decay_t<decltype(*T::Config::Parse(std::declval<const ConfigNode&>()))>;
  Register(std::string_view name, std::string_view summary) {
    Registry<Kind>::Get().Add({std::string(name), std::string(summary),
                               [](const ConfigNode& node) -> Result<Factory<Kind>> {
                                 auto config = T::Config::Parse(node);
                                 if (!config.ok()) return config.status();
                                 return Factory<Kind>(
                                     [config = std::make_shared<const Config>(*std::move(config))] {
                                       return std::make_unique<T>(*config);
                                     });
                               }});
  }
};

// Reads `type` and everything else of one plugin from `node` (a map, or a bare name for a plugin
// without options, when `default_type` or the text names it). A type that is not registered yet
// may have a file of its own, which is opened. Unknown types: "did you mean".
template <class Kind>
Result<Factory<Kind>> ParsePlugin(const ConfigNode& node, std::string_view default_type = "");

// A plugin within a plugin: `parse: {type: apache2}`. Absent: `default_type`, or an empty factory
// when that is empty.
template <class Kind>
void ReadPlugin(ConfigReader& reader, const char* key, Factory<Kind>* value,
                const char* default_type, const char* help) {
  const ConfigNode node = reader.Child(key, false, KindName<Kind>().data(), default_type, help);
  if (reader.describing()) return;
  if (node.kind() == ConfigNode::Kind::kMissing && *default_type == '\0') return;
  auto factory = ParsePlugin<Kind>(node, default_type);
  if (factory.ok()) *value = *std::move(factory);
}

}  // namespace andon
