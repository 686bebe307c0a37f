#include "outputs/file/file_note.h"

#include <gtest/gtest.h>

#include "test/support/matchers.h"

namespace andon::file_output {
namespace {

FileNote Example() {
  FileNote note;
  note.open.push_back({"/l/a b", {1, 2}, 3, 4, 5, "tag.a"});
  note.open.push_back({"/l/\xff", {UINT64_MAX, UINT64_MAX}, UINT64_MAX, UINT32_MAX, 0, ""});
  note.pack.push_back({"/l/x", {7, 8}, "/l/x.gz", "t"});
  return note;
}

TEST(FileNoteTest, ComesBackAsItWas) {
  const auto note = DecodeFileNote(EncodeFileNote(Example()));
  ASSERT_THAT(note, IsOk());
  EXPECT_EQ(note->open, Example().open);
  EXPECT_EQ(note->pack, Example().pack);
}

TEST(FileNoteTest, NothingStoredIsAnEmptyNote) {
  const auto note = DecodeFileNote("");
  ASSERT_THAT(note, IsOk());
  EXPECT_TRUE(note->open.empty() && note->pack.empty());
}

TEST(FileNoteTest, DamageIsReportedWithItsLine) {
  const std::string text = EncodeFileNote(Example());
  const auto newer = DecodeFileNote("andon-file 2\n");
  EXPECT_THAT(newer, StatusIs(StatusCode::kCorrupt, testing::HasSubstr("line 1")));
  const auto words = DecodeFileNote("andon-file 1\nopen\t1\tx\t3\t4\t5\t/l\tt\n");
  EXPECT_THAT(words, StatusIs(StatusCode::kCorrupt, testing::HasSubstr("line 2")));
  for (size_t size = 1; size < text.size(); ++size) {
    const auto cut = DecodeFileNote(std::string_view(text).substr(0, size));
    // Cut between two lines it is a shorter note.
    EXPECT_EQ(cut.ok(), text[size - 1] == '\n') << size;
  }
}

}  // namespace
}  // namespace andon::file_output
