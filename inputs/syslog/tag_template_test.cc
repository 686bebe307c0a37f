#include "inputs/syslog/tag_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace andon::syslog {
namespace {

SyslogMessage Of(int priority) {
  SyslogMessage message;
  message.priority = priority;
  return message;
}

TEST(TagTemplateTest, FillsInFacilityAndSeverity) {
  const TagTemplate both("log.${facility}.${severity}");
  EXPECT_EQ(both.TagOf(Of(34)), "log.auth.crit");
  EXPECT_EQ(both.TagOf(Of(191)), "log.local7.debug");
  EXPECT_EQ(both.base(), "log");
  EXPECT_EQ(TagTemplate("plain").TagOf(Of(34)), "plain");
  EXPECT_EQ(TagTemplate("plain").base(), "plain");
  EXPECT_EQ(TagTemplate("${severity}.${severity}").TagOf(Of(0)), "emerg.emerg");
  EXPECT_EQ(TagTemplate("${severity}").base(), "syslog");
}

TEST(TagTemplateTest, EqualTagsHaveEqualNumbers) {
  for (const char* text : {"a", "a.${facility}", "a.${severity}", "a.${severity}.${facility}"}) {
    const TagTemplate tag(text);
    std::set<std::pair<size_t, std::string>> pairs;
    std::set<size_t> slots;
    for (int priority = 0; priority < kSyslogPriorities; ++priority) {
      pairs.emplace(tag.SlotOf(Of(priority)), tag.TagOf(Of(priority)));
      slots.insert(tag.SlotOf(Of(priority)));
    }
    EXPECT_EQ(pairs.size(), slots.size()) << text;
    EXPECT_LT(*slots.rbegin(), static_cast<size_t>(kSyslogPriorities)) << text;
  }
}

TEST(TagTemplateTest, RefusesOtherPlaceholders) {
  EXPECT_TRUE(TagTemplate::Check("a.${facility}").ok());
  EXPECT_EQ(TagTemplate::Check("a.${host}").message(),
            "\"a.${host}\": only ${facility} and ${severity} are known");
  EXPECT_FALSE(TagTemplate::Check("").ok());
  EXPECT_FALSE(TagTemplate::Check("a\nb").ok());
}

}  // namespace
}  // namespace andon::syslog
