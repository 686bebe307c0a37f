#include "core/base/status.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <utility>

namespace andon {
namespace {

TEST(StatusTest, SuccessHasNoMessage) {
  const Status status = OkStatus();
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.code(), StatusCode::kOk);
  EXPECT_EQ(status.message(), "");
  EXPECT_TRUE(status.WithSubject("tail").ok());
}

TEST(StatusTest, AFailureKeepsItsCodeThroughCopiesAndSubjects) {
  const Status status = Corrupt("record 7 is torn");
  const Status copy = status;  // NOLINT: the copy is the subject.
  EXPECT_EQ(copy.WithSubject("journal").message(), "journal: record 7 is torn");
  EXPECT_EQ(copy.WithSubject("journal").code(), StatusCode::kCorrupt);
  EXPECT_EQ(status.message(), "record 7 is torn");
}

TEST(StatusTest, AnErrnoIsSpelledOut) {
  const Status status = ErrnoStatus("open /x", ENOENT);
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "open /x: No such file or directory");
}

Result<int> Half(int number) {
  if (number % 2 != 0) return Rejected(std::to_string(number) + " is odd");
  return number / 2;
}

Result<int> Quarter(int number) {
  ASSIGN_OR_RETURN(const int half, Half(number));
  ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

TEST(ResultTest, TheFirstFailureIsHandedUp) {
  EXPECT_EQ(Quarter(12).value(), 3);
  EXPECT_EQ(Quarter(6).status().message(), "3 is odd");
  EXPECT_EQ(Quarter(7).status().message(), "7 is odd");
}

}  // namespace
}  // namespace andon
