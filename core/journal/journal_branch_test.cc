// A next segment that could not be begun: found after a crash, it must not hide what was written
// behind it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "test/support/journal_test_base.h"

namespace andon {
namespace {

using std::chrono::seconds;

class JournalBranchTest : public JournalTestBase {
 protected:
  JournalBranchTest() { UseSmallSegments(); }

  // From now on no further segment can be begun, for `fault` says so.
  void FillTheFirst(CrashDisk::Fault fault) {
    Open();
    a_ = &journal_.AddOutput("a");
    const RouteId route = journal_.RouteTo({"a"});
    AppendUpTo(40, route);
    ASSERT_EQ(journal_.SegmentPaths().size(), 1u);
    journal_.disk.SetFault(std::move(fault));
    AppendUpTo(100, route);
  }
  // Whether a note is durable.
  bool Save(const std::string& note) {
    bool saved = false;
    a_->cursor->Save(note, [&](const Status& status) { saved = status.ok(); });
    journal_.Settle(seconds(5));
    return saved;
  }
  std::string NoteAfterwards() {
    journal_.disk.SetFault(nullptr);
    Open();
    return journal_.AddOutput("a").cursor->note();
  }
  static bool IsFirst(const std::string& path) { return path.find("01.segment") != path.npos; }

  TestOutput* a_ = nullptr;
};

TEST_F(JournalBranchTest, WhereItCannotBeRemovedNothingMoreIsWrittenInFrontOfIt) {
  bool failed = false;
  FillTheFirst([&failed](CrashDisk::Op op, const std::string& path) {
    if (op == CrashDisk::Op::kRemove) return EIO;
    if (op == CrashDisk::Op::kAllocate && failed) return ENOSPC;
    const bool head = op == CrashDisk::Op::kSync && path.ends_with(".segment") && !IsFirst(path);
    if (!head || failed) return 0;
    failed = true;
    return EIO;
  });
  const bool saved = Save("moved");
  journal_.Kill();
  EXPECT_EQ(NoteAfterwards() == "moved", saved);
}

TEST_F(JournalBranchTest, WhereItIsRemovedThatIsDurableBeforeMoreIsWrittenInFrontOfIt) {
  int saved = 0;
  for (int run = 0; run < 100; ++run) {
    SCOPED_TRACE(run);
    journal_.disk.SetFault(nullptr);
    for (const std::string& path : journal_.disk.Paths()) journal_.disk.Delete(path);
    next_ = 1;
    bool failed = false;
    FillTheFirst([&failed](CrashDisk::Op op, const std::string& path) {
      const bool allocates = op == CrashDisk::Op::kAllocate && !IsFirst(path);
      if (allocates && failed) return ENOSPC;
      if (op != CrashDisk::Op::kSyncDirectory || failed) return 0;
      failed = true;
      return EIO;
    });
    const bool was_saved = Save("moved");
    saved += was_saved ? 1 : 0;
    journal_.disk.PowerCut(CrashDisk::Keep::kSome);
    journal_.Kill();
    const std::string note = NoteAfterwards();
    EXPECT_TRUE(note == "moved" || !was_saved) << note;
    journal_.Kill();
  }
  EXPECT_GT(saved, 50);
}

}  // namespace
}  // namespace andon
