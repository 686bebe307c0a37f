#include "inputs/syslog/tag_template.h"

#include <fmt/format.h>

#include <utility>

#include "core/event/tag.h"

namespace andon::syslog {
namespace {

constexpr std::string_view kFacility = "${facility}";
constexpr std::string_view kSeverity = "${severity}";

std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
  return text;
}

std::string Filled(std::string_view text, std::string_view facility, std::string_view severity) {
  return Replaced(Replaced(std::string(text), kFacility, facility), kSeverity, severity);
}

}  // namespace

Status TagTemplate::Check(std::string_view text) {
  const std::string filled = Filled(text, "f", "s");
  if (filled.find("${") != std::string::npos) {
    return Rejected(fmt::format("\"{}\": only ${{facility}} and ${{severity}} are known", text));
  }
  // With the longest names.
  return CheckTag(Filled(text, "authpriv", "warning"));
}

TagTemplate::TagTemplate(std::string text)
    : text_(std::move(text)),
      base_(text_.substr(0, text_.find("${"))),
      has_facility_(text_.find(kFacility) != std::string::npos),
      has_severity_(text_.find(kSeverity) != std::string::npos) {
  while (base_.ends_with('.')) base_.pop_back();
  if (base_.empty()) base_ = "syslog";
}

std::string TagTemplate::TagOf(const SyslogMessage& message) const {
  if (!has_facility_ && !has_severity_) return text_;
  return Filled(text_, SyslogFacilityName(message.facility()),
                SyslogSeverityName(message.severity()));
}

}  // namespace andon::syslog
