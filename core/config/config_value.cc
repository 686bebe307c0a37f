#include "core/config/config_value.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "core/config/did_you_mean.h"
#include "core/config/quantity_text.h"

namespace andon {
namespace {

using Kind = ConfigNode::Kind;

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (EditDistance(text, word) == 0) return true;  // Upper and lower case are equal.
  }
  return false;
}

// Why a text that looks like a number to other YAML readers is none here.
std::string NumberHint(std::string_view text) {
  if (text.empty()) return "";
  const std::string_view digits = text[0] == '-' || text[0] == '+' ? text.substr(1) : text;
  if (digits.starts_with("0x") || digits.starts_with("0o") || digits.starts_with("0b")) {
    return "; write it in decimal";
  }
  const bool all_digits = digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits.size() > 1 && digits[0] == '0' && all_digits) {
    return "; leave the leading 0 away (elsewhere it means octal)";
  }
  const bool grouped = digits.find_first_not_of("0123456789_,") == std::string_view::npos;
  if (grouped && !all_digits) return "; write the digits without \"_\" and \",\"";
  const bool has_exponent = digits.find_first_of("eE") != std::string_view::npos;
  if (has_exponent && digits.find_first_not_of("0123456789.eE+-") == std::string_view::npos) {
    return "; write the digits out";
  }
  return "";
}

enum class Parsed : uint8_t { kGood, kNoNumber, kOutOfRange };

template <class T>
Parsed ParseWhole(std::string_view text, T* value) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || (digits.size() > 1 && digits[0] == '0')) return Parsed::kNoNumber;
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return Parsed::kNoNumber;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  // A negative number where only others fit is not even looked at by from_chars.
  return error == std::errc() && end == text.data() + text.size() ? Parsed::kGood
                                                                  : Parsed::kOutOfRange;
}

template <class T>
std::optional<T> ReadWhole(const ConfigNode& node) {
  using Limits = std::numeric_limits<T>;
  if (node.kind() != Kind::kScalar) {
    (void)node.Fail("must be a whole number, " + node.Shown());
    return std::nullopt;
  }
  if (node.quoted()) {
    (void)node.Fail("must be a whole number, is text in quotes; leave the quotes away");
    return std::nullopt;
  }
  T value = 0;
  switch (ParseWhole(node.text(), &value)) {
    case Parsed::kGood:
      return value;
    case Parsed::kNoNumber:
      (void)node.Fail("must be a whole number, " + node.Shown() +
                      (node.secret() ? "" : NumberHint(node.text())));
      return std::nullopt;
    case Parsed::kOutOfRange:
      (void)node.Fail("must be from " + std::to_string(Limits::min()) + " to " +
                      std::to_string(Limits::max()) + ", " + node.Shown());
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string> ReadText(const ConfigNode& node) {
  if (node.kind() == Kind::kScalar) return std::string(node.text());
  (void)node.Fail("must be text, " + node.Shown());
  return std::nullopt;
}

// Plain words and numbers need no quotes in YAML; anything else gets them.
std::string TextInYaml(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
  if (!text.empty() && text[0] != '-' && text.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace

void FailWord(const ConfigNode& node, const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  std::string message = words.size() == 1 ? "must be " + all : "must be one of " + all;
  message += ", " + node.Shown();
  if (node.kind() == Kind::kScalar && !node.secret()) message += DidYouMean(node.text(), words);
  (void)node.Fail(std::move(message));
}

std::optional<bool> ConfigValue<bool>::Read(const ConfigNode& node) {
  const std::string_view text = node.text();
  if (node.kind() == Kind::kScalar && !node.quoted()) {
    if (text == "true") return true;
    if (text == "false") return false;
  }
  std::string hint;
  if (node.kind() != Kind::kScalar || node.secret()) {
    hint = "";
  } else if (node.quoted() && (text == "true" || text == "false")) {
    hint = " in quotes; leave the quotes away";
  } else if (IsOneOf(text, {"yes", "on", "y", "1", "true", "enabled"})) {
    hint = "; write true";
  } else if (IsOneOf(text, {"no", "off", "n", "0", "false", "disabled"})) {
    hint = "; write false";
  }
  (void)node.Fail("must be true or false, " + node.Shown() + hint);
  return std::nullopt;
}
std::string ConfigValue<bool>::TypeName() { return "true | false"; }
std::string ConfigValue<bool>::ToText(const bool& value) { return value ? "true" : "false"; }

#define ANDON_WHOLE_NUMBER(T)                                                                  \
  std::optional<T> ConfigValue<T>::Read(const ConfigNode& node) { return ReadWhole<T>(node); } \
  std::string ConfigValue<T>::TypeName() { return "number"; }                                  \
  std::string ConfigValue<T>::ToText(const T& value) { return std::to_string(value); }
ANDON_WHOLE_NUMBER(int64_t)
ANDON_WHOLE_NUMBER(uint64_t)
ANDON_WHOLE_NUMBER(int)
ANDON_WHOLE_NUMBER(uint32_t)
ANDON_WHOLE_NUMBER(uint16_t)
#undef ANDON_WHOLE_NUMBER

std::optional<double> ConfigValue<double>::Read(const ConfigNode& node) {
  const std::string_view text = node.text();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole_text = !text.empty() && end == text.data() + text.size();
  if (node.kind() == Kind::kScalar && !node.quoted() && error == std::errc() && whole_text &&
      std::isfinite(value)) {
    return value;
  }
  (void)node.Fail("must be a number such as 0.5, " + node.Shown() +
                  (node.quoted() ? " in quotes; leave the quotes away" : ""));
  return std::nullopt;
}
std::string ConfigValue<double>::TypeName() { return "fraction"; }
std::string ConfigValue<double>::ToText(const double& value) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return {text, error == std::errc() ? end : text};
}

std::optional<std::string> ConfigValue<std::string>::Read(const ConfigNode& node) {
  return ReadText(node);
}
std::string ConfigValue<std::string>::TypeName() { return "string"; }
std::string ConfigValue<std::string>::ToText(const std::string& value) {
  return value.empty() ? "" : TextInYaml(value);
}

std::optional<Secret> ConfigValue<Secret>::Read(const ConfigNode& node) {
  node.MarkSecret();
  auto text = ReadText(node);
  if (!text.has_value()) return std::nullopt;
  return Secret{*std::move(text)};
}
std::string ConfigValue<Secret>::TypeName() { return "secret"; }
std::string ConfigValue<Secret>::ToText(const Secret& /*value*/) { return ""; }

std::optional<Duration> ConfigValue<Duration>::Read(const ConfigNode& node) {
  if (node.kind() != Kind::kScalar || node.secret()) {
    (void)node.Fail("must be a duration such as 300ms, 5s or 1h30m, " + node.Shown());
    return std::nullopt;
  }
  auto duration = ParseDuration(node.text());
  if (duration.ok()) return *duration;
  (void)node.Fail(std::string(duration.status().message()));
  return std::nullopt;
}
std::string ConfigValue<Duration>::TypeName() { return "duration"; }
std::string ConfigValue<Duration>::ToText(const Duration& value) { return DurationText(value); }

std::optional<ByteSize> ConfigValue<ByteSize>::Read(const ConfigNode& node) {
  if (node.kind() != Kind::kScalar || node.secret()) {
    (void)node.Fail("must be a size such as 512, 10kB or 64MiB, " + node.Shown());
    return std::nullopt;
  }
  auto bytes = ParseByteSize(node.text());
  if (bytes.ok()) return ByteSize{*bytes};
  (void)node.Fail(std::string(bytes.status().message()));
  return std::nullopt;
}
std::string ConfigValue<ByteSize>::TypeName() { return "size"; }
std::string ConfigValue<ByteSize>::ToText(const ByteSize& value) {
  return ByteSizeText(value.bytes);
}

std::optional<ConfigNode> ConfigValue<ConfigNode>::Read(const ConfigNode& node) { return node; }
std::string ConfigValue<ConfigNode>::TypeName() { return "any"; }
std::string ConfigValue<ConfigNode>::ToText(const ConfigNode& /*value*/) { return ""; }

}  // namespace andon
