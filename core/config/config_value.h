// How a scalar, list or map of the configuration becomes a C++ value. A module adds its own types
// by specializing ConfigValue.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/config/config_node.h"

namespace andon {

// A number of bytes, written 64MiB, 10kB, 512 or 1.5GiB.
struct ByteSize {
  uint64_t bytes = 0;
  auto operator<=>(const ByteSize&) const = default;
};

// One of a few words, declared by the enum's own specialization of EnumNames:
//   template <> struct EnumNames<Sync> {
//     static constexpr std::pair<std::string_view, Sync> kNames[] = {{"group", Sync::kGroup}, ...};
//   };
template <class E>
struct EnumNames;

// A value that must not be printed: passwords, keys.
struct Secret {
  std::string value;
  bool operator==(const Secret&) const = default;
};

// Read: node.Fail(...) and an empty optional when the text is none of the type.
// TypeName: for the reference and for errors: "duration", "size", "string".
// ToText: as one writes it in YAML, for defaults in the reference.
template <class T>
struct ConfigValue;

#define ANDON_CONFIG_VALUE(T)                             \
  template <>                                             \
  struct ConfigValue<T> {                                 \
    static std::optional<T> Read(const ConfigNode& node); \
    static std::string TypeName();                        \
    static std::string ToText(const T& value);            \
  }
ANDON_CONFIG_VALUE(bool);  // true, false
ANDON_CONFIG_VALUE(int64_t);
ANDON_CONFIG_VALUE(uint64_t);
ANDON_CONFIG_VALUE(int);
ANDON_CONFIG_VALUE(uint32_t);
ANDON_CONFIG_VALUE(uint16_t);
ANDON_CONFIG_VALUE(double);
ANDON_CONFIG_VALUE(std::string);  // Any scalar but null.
ANDON_CONFIG_VALUE(Secret);       // The same, and marks the node secret.
ANDON_CONFIG_VALUE(Duration);     // 300ms, 5s, 10m, 1h30m, 7d, 0; a bare number but 0 is an error.
ANDON_CONFIG_VALUE(ByteSize);     // kB = 1000, KiB = 1024, B may be left out; bare: bytes.
ANDON_CONFIG_VALUE(ConfigNode);   // As it is, for what reads itself.
#undef ANDON_CONFIG_VALUE

// A list; a single scalar stands for a list of one.
template <class T>
struct ConfigValue<std::vector<T>> {
  static std::optional<std::vector<T>> Read(const ConfigNode& node) {
    std::vector<T> values;
    bool good = true;
    if (node.kind() != ConfigNode::Kind::kList) {
      auto one = ConfigValue<T>::Read(node);
      if (!one.has_value()) return std::nullopt;
      values.push_back(*std::move(one));
      return values;
    }
    for (const ConfigNode& item : node.items()) {
      auto one = ConfigValue<T>::Read(item);
      good = good && one.has_value();
      if (one.has_value()) values.push_back(*std::move(one));
    }
    if (!good) return std::nullopt;
    return values;
  }
  static std::string TypeName() { return "list of " + ConfigValue<T>::TypeName(); }
  static std::string ToText(const std::vector<T>& values) {
    if (values.empty()) return "";
    std::string text = "[";
    for (const T& value : values) {
      if (text.size() > 1) text += ", ";
      text += ConfigValue<T>::ToText(value);
    }
    return text + "]";
  }
};

// A map of names to values, in the order of the file.
template <class T>
struct ConfigValue<std::vector<std::pair<std::string, T>>> {
  using Pairs = std::vector<std::pair<std::string, T>>;
  static std::optional<Pairs> Read(const ConfigNode& node) {
    if (node.kind() != ConfigNode::Kind::kMap) {
      (void)node.Fail("must be a map of names to values");
      return std::nullopt;
    }
    Pairs pairs;
    bool good = true;
    for (const auto& [key, child] : node.fields()) {
      auto one = ConfigValue<T>::Read(node.Get(key));
      good = good && one.has_value();
      if (one.has_value()) pairs.emplace_back(key, *std::move(one));
    }
    if (!good) return std::nullopt;
    return pairs;
  }
  static std::string TypeName() { return "map of " + ConfigValue<T>::TypeName(); }
  static std::string ToText(const Pairs& pairs) {
    if (pairs.empty()) return "";
    std::string text = "{";
    for (const auto& [key, value] : pairs) {
      if (text.size() > 1) text += ", ";
      text += key + ": " + ConfigValue<T>::ToText(value);
    }
    return text + "}";
  }
};

template <class T>
struct ConfigValue<std::optional<T>> {
  static std::optional<std::optional<T>> Read(const ConfigNode& node) {
    auto value = ConfigValue<T>::Read(node);
    if (!value.has_value()) return std::nullopt;
    return std::optional<T>(*std::move(value));
  }
  static std::string TypeName() { return ConfigValue<T>::TypeName(); }
  static std::string ToText(const std::optional<T>& value) {
    return value.has_value() ? ConfigValue<T>::ToText(*value) : "";
  }
};

// Reports that the value is none of the words, and which one may have been meant.
void FailWord(const ConfigNode& node, const std::vector<std::string>& words);

template <class E>
requires std::is_enum_v<E>
struct ConfigValue<E> {
  static std::optional<E> Read(const ConfigNode& node) {
    for (const auto& [name, value] : EnumNames<E>::kNames) {
      if (node.kind() == ConfigNode::Kind::kScalar && node.text() == name) return value;
    }
    std::vector<std::string> words;
    for (const auto& [name, value] : EnumNames<E>::kNames) words.emplace_back(name);
    FailWord(node, words);
    return std::nullopt;
  }
  static std::string TypeName() {
    std::string names;
    for (const auto& [name, value] : EnumNames<E>::kNames) {
      if (!names.empty()) names += " | ";
      names += name;
    }
    return names;
  }
  static std::string ToText(E wanted) {
    for (const auto& [name, value] : EnumNames<E>::kNames) {
      if (value == wanted) return std::string(name);
    }
    return "";
  }
};

}  // namespace andon
