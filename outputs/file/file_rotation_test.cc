// Files that are full, old, moved or there already.
#include <filesystem>
#include <string>

#include "test/support/file_output_fixture.h"

namespace andon {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;
using testing::StartsWith;

using FileRotationTest = FileOutputFixture;

TEST_F(FileRotationTest, AFileThatIsFullIsRotated) {
  Run("x", "rotate: {size: 4, keep: 2}");
  for (int n = 1; n <= 9; ++n) {
    WriteAndWait({Numbered("a", n)});
    fixture->world.Advance(1s);
  }
  EXPECT_THAT(Names(), ElementsAre("x", StartsWith("x.20270115-"), StartsWith("x.20270115-")));
  EXPECT_EQ(Read("x"), "9\n");
  EXPECT_EQ(Read(Names()[1]), "5\n6\n");
  EXPECT_EQ(Read(Names()[2]), "7\n8\n");
  EXPECT_EQ(Metric("andon_file_rotated_total"), 4u);
}

TEST_F(FileRotationTest, RotationsWithinASecondGetNumbers) {
  Run("x", "rotate: {size: 2}");
  for (int n = 1; n <= 3; ++n) WriteAndWait({Numbered("a", n)});
  EXPECT_THAT(Names(), ElementsAre("x", MatchesRegex("x.20270115-[0-9]{6}"),
                                   MatchesRegex("x.20270115-[0-9]{6}-2")));
}

TEST_F(FileRotationTest, AFileThatIsOldIsRotatedWithoutNewEvents) {
  Run("x", "rotate: {age: 1h}");
  WriteAndWait({Numbered("a", 1)});
  fixture->world.Advance(59min);
  EXPECT_THAT(Names(), SizeIs(1));
  fixture->world.Advance(2min);
  EXPECT_THAT(Names(), ElementsAre(MatchesRegex("x.20270115-[0-9]{6}")));
  WriteAndWait({Numbered("a", 2)});
  EXPECT_EQ(Read("x"), "2\n");
}

TEST_F(FileRotationTest, RotatedFilesAreCompressed) {
  Run("x", "rotate: {size: 4}, compress: gzip");
  for (int n = 1; n <= 3; ++n) WriteAndWait({Numbered("a", n)});
  EXPECT_THAT(Names(), ElementsAre("x", MatchesRegex("x.20270115-[0-9]{6}.gz")));
  EXPECT_EQ(ReadGzip(Names()[1]), "1\n2\n");
  EXPECT_EQ(Metric("andon_file_compressed_total"), 1u);
}

TEST_F(FileRotationTest, AFileWhoseTimeIsOverIsClosedAndCompressed) {
  Run("${tag}-%H", "compress: gzip, close_after: 1m");
  WriteAndWait({Numbered("a", 1)});
  EXPECT_THAT(Names(), ElementsAre("a-08"));
  fixture->world.Advance(30min);
  EXPECT_THAT(Names(), ElementsAre("a-08"));  // Its hour is not over.
  fixture->world.Advance(1h);
  EXPECT_THAT(Names(), ElementsAre("a-08.gz"));
  WriteAndWait({Numbered("a", 2)});  // Late.
  EXPECT_EQ(Read("a-08"), "2\n");
  fixture->world.Advance(1h);
  EXPECT_THAT(Names(), ElementsAre("a-08-2.gz", "a-08.gz"));
  EXPECT_EQ(ReadGzip("a-08.gz"), "1\n");
  EXPECT_EQ(ReadGzip("a-08-2.gz"), "2\n");
}

TEST_F(FileRotationTest, AFileOfAFieldIsOverWithItsTimeAfterARestartToo) {
  const std::string path = "${tag}/${record[\"n\"]}-%H";
  Run(path, "compress: gzip, close_after: 1m");
  WriteAndWait({Numbered("a", 1), Numbered("a", 2)});
  Run(path, "compress: gzip, close_after: 1m");
  fixture->world.Advance(30min);
  EXPECT_THAT(Names(), ElementsAre("a/1-08", "a/2-08"));
  fixture->world.Advance(1h);
  EXPECT_THAT(Names(), ElementsAre("a/1-08.gz", "a/2-08.gz"));
}

TEST_F(FileRotationTest, ACompressionThatWasInterruptedIsFinishedOnce) {
  Run("x", "rotate: {size: 2}, compress: zstd");
  WriteAndWait({Numbered("a", 1)});
  Write({Numbered("a", 2)});
  while (Metric("andon_file_rotated_total") == 0) ASSERT_TRUE(fixture->world.Step());
  const std::string noted = fixture->notes[1];
  ASSERT_THAT(noted, HasSubstr("pack\t"));
  output.reset();
  ASSERT_THAT(Names(), SizeIs(1));
  const std::string rotated = Names()[0];
  // Right after the target got its name, before the original was removed.
  Put(rotated + ".zst", "complete");
  fixture->output().note = noted;
  Run("x", "rotate: {size: 2}, compress: zstd");
  EXPECT_THAT(Names(), ElementsAre(rotated + ".zst"));
  EXPECT_EQ(Read(rotated + ".zst"), "complete");
}

TEST_F(FileRotationTest, AFileThatLogrotateMovedIsLeftAndANewOneBegun) {
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  fs::rename(root + "/x", root + "/x.1");
  fixture->world.Advance(2s);
  WriteAndWait({Numbered("a", 2)});
  EXPECT_EQ(Read("x.1"), "1\n");
  EXPECT_EQ(Read("x"), "2\n");
}

TEST_F(FileRotationTest, AFileThatSomebodyEmptiedIsFollowed) {
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  fs::resize_file(root + "/x", 0);
  WriteAndWait({Numbered("a", 2)});
  EXPECT_EQ(Read("x"), "2\n");
}

TEST_F(FileRotationTest, AnExistingFileIsAppendedToOrPutAside) {
  Put("x", "old\n");
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  EXPECT_EQ(Read("x"), "old\n1\n");
  fixture->output().note.clear();
  Run("x", "append: false");
  WriteAndWait({Numbered("a", 2)});
  WriteAndWait({Numbered("a", 3)});
  EXPECT_EQ(Read("x"), "2\n3\n");
  EXPECT_THAT(Names(), ElementsAre("x", StartsWith("x.2027")));
}

}  // namespace
}  // namespace andon
