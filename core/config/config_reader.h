// Reads one map of the configuration, straight-line. The same code that reads prints the reference:
// in describe mode it notes each option with its type, default and help, and reads nothing.
//
//   static Result<GrepConfig> Parse(const ConfigNode& node) {
//     GrepConfig config;
//     ConfigReader reader(node);
//     reader.Required("key", &config.key, "field to look at");
//     reader.Optional("exclude", &config.exclude, "drop what matches instead of keeping it");
//     RETURN_IF_ERROR(reader.Finish());
//     return config;
//   }
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/config/config_node.h"
#include "core/config/config_value.h"

namespace andon {

class ConfigReader {
 public:
  explicit ConfigReader(const ConfigNode& node);

  // True while the reference is printed: skip checks between options, they saw no values.
  bool describing() const;
  const ConfigNode& node() const { return node_; }

  template <class T>
  void Required(const char* key, T* value, const char* help) {
    Read(key, value, help, true);
  }
  // What `*value` holds is the default. An empty text or list is a value here, not for Required.
  template <class T>
  void Optional(const char* key, T* value, const char* help) {
    Read(key, value, help, false);
  }
  // A nested map, read by `read(ConfigReader&)`, which must not call Finish. Absent: `read` still
  // runs, on a missing node, so that its Required keys are reported, unless `optional`.
  template <class F>
  void Section(const char* key, bool optional, const char* help, F read) {
    const ConfigNode child = Begin(key, optional, help);
    if (!describing() && optional && child.kind() == ConfigNode::Kind::kMissing) return;
    ConfigReader reader(child);
    read(reader);
    Close(reader);
  }
  // A list of maps, each read by `read(ConfigReader&, T*)`.
  template <class T, class F>
  void List(const char* key, std::vector<T>* values, bool required, const char* help, F read) {
    for (const ConfigNode& item : BeginList(key, required, help)) {
      ConfigReader reader(item);
      T value{};
      read(reader, &value);
      Close(reader);
      values->push_back(std::move(value));
    }
  }
  // An option whose value is read by somebody else from the node (a plugin, a codec). Returns the
  // child, of kind kMissing when absent. `type` is for the reference.
  ConfigNode Child(const char* key, bool required, const char* type, const char* default_text,
                   const char* help);

  // Reports a problem at `key` (or at the map, when it is absent).
  void Fail(const char* key, std::string message);
  // Reports unknown keys too. kInvalidConfig when this map or anything in it had a problem: the
  // texts are in Config::problems().
  Status Finish();

 private:
  template <class T>
  void Read(const char* key, T* value, const char* help, bool required) {
    if (describing()) {
      Describe(key, ConfigValue<T>::TypeName(), required ? "" : ConfigValue<T>::ToText(*value),
               help, required);
      return;
    }
    const ConfigNode child = Want(key, help, required);
    if (child.kind() == ConfigNode::Kind::kMissing) return;
    if (auto read = ConfigValue<T>::Read(child)) *value = *std::move(read);
  }
  // The child for `key`, reporting a missing required one. A null value counts as missing.
  ConfigNode Want(const char* key, const char* help, bool required);
  void Describe(const char* key, const std::string& type, const std::string& default_text,
                const char* help, bool required);
  ConfigNode Begin(const char* key, bool optional, const char* help);
  std::vector<ConfigNode> BeginList(const char* key, bool required, const char* help);
  void Close(ConfigReader& reader);

  ConfigNode node_;
  bool broken_ = false;  // No map at all: what it lacks is not worth a word.
};

// The configuration of a plugin without options.
struct NoOptions {
  static Result<NoOptions> Parse(const ConfigNode& node) {
    ConfigReader reader(node);
    RETURN_IF_ERROR(reader.Finish());
    return NoOptions{};
  }
};

}  // namespace andon
