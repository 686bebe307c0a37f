#include "outputs/file/path_template.h"

#include <gtest/gtest.h>

#include "test/support/matchers.h"
#include "test/support/test_event.h"

namespace andon::file_output {
namespace {

using testing::HasSubstr;

constexpr uint32_t kNow = 1'763'737'445;  // 2025-11-21T15:04:05Z

std::string Rendered(std::string_view text, std::string_view tag, std::string_view record = "{}") {
  auto path = PathTemplate::Parse(text, TimeZone::kUtc);
  EXPECT_THAT(path, IsOk());
  const TestBatch event("t", {record});
  std::string source;
  std::string rendered;
  const char* why = path->MakeSource(tag, *EntryIterator(event.batch().entries), &source);
  if (why == nullptr) why = path->Render(source, kNow, &rendered);
  return why != nullptr ? std::string("! ") + why : rendered;
}

std::string Mistake(std::string_view text) {
  const auto path = PathTemplate::Parse(text, TimeZone::kUtc);
  EXPECT_FALSE(path.ok()) << text;
  return std::string(path.status().message());
}

TEST(PathTemplateTest, FillsInTagAndTime) {
  EXPECT_EQ(Rendered("/l/${tag}/%Y-%m-%d.log", "log.http"), "/l/log.http/2025-11-21.log");
  EXPECT_EQ(Rendered("/l/${tag_parts[0]}/${tag_parts[-1]}", "a.b.c"), "/l/a/c");
  EXPECT_EQ(Rendered("/l/${tag_prefix[1]}-${tag_suffix[1]}", "a.b.c"), "/l/a.b-b.c");
  EXPECT_EQ(Rendered("/l/%H%M%S%%", "a"), "/l/150405%");
  EXPECT_EQ(Rendered("plain.log", "a"), "plain.log");
}

TEST(PathTemplateTest, ATagNamesNoOtherFolder) {
  EXPECT_EQ(Rendered("/l/${tag}", "../../etc/passwd"), "/l/_._.._etc_passwd");
  EXPECT_EQ(Rendered("/l/${tag}/x", ".."), "/l/_./x");
  EXPECT_EQ(Rendered("/l/${tag_parts[0]}${tag_parts[1]}/x", "."), "/l//x");
  EXPECT_EQ(Rendered("/l/${tag}", std::string_view("a\0b", 3)), "/l/a_b");
}

TEST(PathTemplateTest, SaysWhyATagHasNoPath) {
  EXPECT_THAT(Rendered("/l/${tag_parts[3]}", "a.b"), HasSubstr("! the tag has fewer parts"));
  EXPECT_THAT(Rendered("/l/${tag_parts[1]}", "a."), HasSubstr("! the file's path has no name"));
  EXPECT_THAT(Rendered("/l/${tag}", std::string(300, 'x')), HasSubstr("! a name in the file's"));
  EXPECT_EQ(Rendered("/l/${tag}", std::string(200, 'x')), "/l/" + std::string(200, 'x'));
}

TEST(PathTemplateTest, FillsInFields) {
  const std::string_view record = R"({"host":"web-1","n":7,"ok":true,"a":{"b":"deep"},"no":""})";
  EXPECT_EQ(Rendered("/l/${record['host']}/%Y.log", "t", record), "/l/web-1/2025.log");
  EXPECT_EQ(
      Rendered("/l/${record[\"a\"][\"b\"]}-${record['n']}${record['ok']}-${tag}", "t", record),
      "/l/deep-7true-t");
  EXPECT_EQ(Rendered("/l/${record['none']:-unknown}", "t", record), "/l/unknown");
  EXPECT_EQ(Rendered("/l/${record['no']:-un/known}", "t", record), "/l/un_known");
  EXPECT_EQ(Rendered("/l/${record['host']:-unknown}", "t", record), "/l/web-1");
}

TEST(PathTemplateTest, AFieldNamesNoOtherFolder) {
  const auto with = [](std::string_view host) {
    return Rendered("/l/${record['h']}/x", "t", R"({"h":")" + std::string(host) + R"("})");
  };
  EXPECT_EQ(with("../../etc"), "/l/_._.._etc/x");
  EXPECT_EQ(with(".."), "/l/_./x");
  EXPECT_EQ(with("/"), "/l/_/x");
  EXPECT_EQ(with(R"(a\u0000b\n\t\u001fc)"), "/l/a_b___c/x");
  EXPECT_EQ(with("東京"), "/l/東京/x");
}

TEST(PathTemplateTest, SaysWhichFieldIsMissing) {
  const std::string_view record = R"({"empty":"","map":{},"null":null})";
  for (const char* name : {"none", "empty", "map", "null"}) {
    const std::string key = "['" + std::string(name) + "']";
    EXPECT_THAT(Rendered("/l/${record" + key + "}", "t", record),
                HasSubstr("number or boolean in the field " + key + ", which"));
  }
  EXPECT_THAT(Rendered("/l/${record['h']}", "t", R"({"h":")" + std::string(300, 'x') + R"("})"),
              HasSubstr("! a field is too long"));
}

TEST(PathTemplateTest, ASourceWithoutTheFieldsHasNoPath) {
  const auto path = PathTemplate::Parse("/l/${tag}/${record['h']}", TimeZone::kUtc);
  std::string rendered;
  EXPECT_THAT(path->Render("t", kNow, &rendered), HasSubstr("['h']"));
}

TEST(PathTemplateTest, NamesTheMistake) {
  EXPECT_THAT(Mistake(""), HasSubstr("must not be empty"));
  EXPECT_THAT(Mistake("/l/"), HasSubstr("must end with a file's name"));
  EXPECT_THAT(Mistake("/l/${tga}"), HasSubstr("\"${tga}\": known are"));
  EXPECT_THAT(Mistake("/l/${tag_parts[x]}"), HasSubstr("tag_parts[x]"));
  EXPECT_THAT(Mistake("/l/${record['a'}"), HasSubstr("${record['a'}"));
  EXPECT_THAT(Mistake("/l/${record}"), HasSubstr("\"${record}\": known are"));
  EXPECT_THAT(Mistake("/l/${record['a']:-}"), HasSubstr("nothing stands behind"));
  EXPECT_THAT(Mistake("/l/${record['a']x}"), HasSubstr("${record['a']x}"));
  EXPECT_THAT(Mistake("/l/${tag"), HasSubstr("without \"}\""));
  EXPECT_THAT(Mistake("/l/%Q"), HasSubstr("\"%Q\""));
  EXPECT_THAT(Mistake("/l/%D"), HasSubstr("\"%D\""));
  EXPECT_THAT(Mistake("/l/x%"), HasSubstr("at its end"));
  EXPECT_THAT(Mistake("/l/\n"), HasSubstr("control characters"));
}

TEST(PathTemplateTest, KnowsForHowLongAPathStays) {
  EXPECT_FALSE(PathTemplate::Parse("/l/${tag}%%Y", TimeZone::kUtc)->has_time());
  EXPECT_EQ(PathTemplate::Parse("/l/%Y", TimeZone::kUtc)->bucket_seconds(), 900u);
  EXPECT_EQ(PathTemplate::Parse("/l/%Y%M", TimeZone::kUtc)->bucket_seconds(), 60u);
  EXPECT_EQ(PathTemplate::Parse("/l/%S%Y", TimeZone::kUtc)->bucket_seconds(), 1u);
}

}  // namespace
}  // namespace andon::file_output
