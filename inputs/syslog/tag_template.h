// A tag with ${facility} and ${severity} in it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/codec/syslog_message.h"

namespace andon::syslog {

class TagTemplate {
 public:
  // kRejected: `"a.${host}": only ${facility} and ${severity} are known`.
  static Status Check(std::string_view text);
  explicit TagTemplate(std::string text);  // Must be one.

  // Which of the tags a message gets: those with equal numbers get the same.
  size_t SlotOf(const SyslogMessage& message) const {
    const auto facility = static_cast<size_t>(has_facility_ ? message.facility() : 0);
    const auto severity = static_cast<size_t>(has_severity_ ? message.severity() : 0);
    return facility * 8 + severity;
  }
  std::string TagOf(const SyslogMessage& message) const;
  // For what could not be parsed: the part in front of the first placeholder.
  const std::string& base() const { return base_; }

 private:
  std::string text_;
  std::string base_;
  bool has_facility_;
  bool has_severity_;
};

}  // namespace andon::syslog
