#include "core/forward/address_range.h"

#include <gtest/gtest.h>

namespace andon::forward {
namespace {

bool Contains(const std::string& range, std::string_view peer) {
  auto parsed = AddressRange::Parse(range);
  EXPECT_TRUE(parsed.ok()) << range;
  return parsed.ok() && parsed->Contains(peer);
}

TEST(AddressRangeTest, KnowsWhoIsInIt) {
  EXPECT_TRUE(Contains("192.0.2.0/24", "192.0.2.77:4711"));
  EXPECT_FALSE(Contains("192.0.2.0/24", "192.0.3.77:4711"));
  EXPECT_TRUE(Contains("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(Contains("192.0.2.7", "192.0.2.8"));
  EXPECT_TRUE(Contains("0.0.0.0/0", "10.1.2.3:1"));
  EXPECT_FALSE(Contains("0.0.0.0/0", "[2001:db8::1]:1"));
  EXPECT_TRUE(Contains("192.0.2.0/25", "[::ffff:192.0.2.5]:1"));
  EXPECT_TRUE(Contains("2001:db8::/33", "[2001:db8:7fff::1]:24224"));
  EXPECT_FALSE(Contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_FALSE(Contains("192.0.2.0/24", "unix"));
}

TEST(AddressRangeTest, SaysWhatIsNone) {
  for (const char* text :
       {"", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "::/129", "host"}) {
    EXPECT_FALSE(AddressRange::Parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace andon::forward
