// Templates as options: with this header included, ConfigReader reads a TextTemplate.
#pragma once

#include <optional>
#include <string>

#include "core/config/config_value.h"
#include "core/event/text_template.h"

namespace andon {

template <>
struct ConfigValue<TextTemplate> {
  static std::optional<TextTemplate> Read(const ConfigNode& node) {
    const std::optional<std::string> text = ConfigValue<std::string>::Read(node);
    if (!text.has_value()) return std::nullopt;
    auto parsed = TextTemplate::Parse(*text);
    if (parsed.ok()) return *std::move(parsed);
    (void)node.Fail(std::string(parsed.status().message()));
    return std::nullopt;
  }
  static std::string TypeName() { return ConfigValue<std::string>::TypeName(); }
  static std::string ToText(const TextTemplate& value) { return value.text(); }
};

}  // namespace andon
