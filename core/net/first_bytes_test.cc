#include "core/net/first_bytes.h"

#include <gtest/gtest.h>

#include <string_view>

namespace andon {
namespace {

FirstBytes Look(std::string_view text) { return LookAtFirstBytes(AsBytes(text)); }

TEST(FirstBytesTest, TellsTlsAndHttpFromTheRest) {
  EXPECT_EQ(Look({"\x16\x03\x01\x02\x00", 5}), FirstBytes::kTls);
  EXPECT_EQ(Look("GET / HTTP/1.1"), FirstBytes::kHttp);
  EXPECT_EQ(Look("POST /x"), FirstBytes::kHttp);
  EXPECT_EQ(Look("GET it"), FirstBytes::kUnknown);
  EXPECT_EQ(Look("\x16\x04"), FirstBytes::kUnknown);
  EXPECT_EQ(Look("<13>x"), FirstBytes::kUnknown);
  EXPECT_EQ(Look("\x93\xa1t"), FirstBytes::kUnknown);
}

TEST(FirstBytesTest, SaysWhenTheyAreTooFew) {
  for (const std::string_view text : {"", "\x16", "G", "GET ", "P", "PO", "PU"}) {
    EXPECT_EQ(Look(text), FirstBytes::kMore) << text;
  }
}

}  // namespace
}  // namespace andon
