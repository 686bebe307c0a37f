#include "outputs/stdout/fd_writer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "test/support/fake_loop.h"
#include "test/support/fake_world.h"
#include "test/support/matchers.h"
#include "test/support/temp_folder.h"

namespace andon::stdout_output {
namespace {

class FdWriterTest : public testing::Test {
 protected:
  FdWriterTest() { std::signal(SIGPIPE, SIG_IGN); }

  std::string ReadSome(int fd, size_t size) {
    std::string text(size, '\0');
    const ssize_t count = read(fd, text.data(), size);
    text.resize(count < 0 ? 0 : static_cast<size_t>(count));
    return text;
  }
  UniqueFunction<void(Status)> Keep() {
    return [this](Status status) {
      ++answers;
      answer = std::move(status);
    };
  }

  FakeWorld world;
  FakeLoop loop{world};
  int answers = 0;
  Status answer;
};

TEST_F(FdWriterTest, WritesToAPipeAndLeavesItsFlagsAlone) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  FdWriter writer(loop, ends[1], "pipe");
  writer.Write(AsBytes("hello\n"), Keep());
  world.RunUntilIdle();
  EXPECT_EQ(answers, 1);
  EXPECT_THAT(answer, IsOk());
  EXPECT_EQ(ReadSome(ends[0], 100), "hello\n");
  EXPECT_EQ(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(FdWriterTest, WaitsForASlowReaderWithoutBlocking) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  FdWriter writer(loop, ends[1], "pipe");
  const std::string text(1 << 20, 'x');
  writer.Write(AsBytes(text), Keep());
  world.RunUntilIdle();
  EXPECT_EQ(answers, 0);
  std::string got;
  while (got.size() < text.size()) {
    const std::string some = ReadSome(ends[0], 100'000);
    ASSERT_FALSE(some.empty());
    got += some;
    world.RunUntilIdle();
  }
  EXPECT_EQ(answers, 1);
  EXPECT_THAT(answer, IsOk());
  EXPECT_EQ(got, text);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(FdWriterTest, SaysWhenNobodyReads) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  FdWriter writer(loop, ends[1], "pipe");
  writer.Write(AsBytes("x"), Keep());
  close(ends[0]);
  writer.Write(AsBytes("x"), Keep());
  world.RunUntilIdle();
  EXPECT_EQ(answers, 2);
  EXPECT_THAT(answer, StatusIs(StatusCode::kUnavailable, "pipe: Broken pipe"));
  close(ends[1]);
}

TEST_F(FdWriterTest, ASocketThatIsFullIsWaitedForToo) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  FdWriter writer(loop, ends[1], "socket");
  const std::string text(4 << 20, 'y');
  writer.Write(AsBytes(text), Keep());
  world.RunUntilIdle();
  EXPECT_EQ(answers, 0);
  size_t got = 0;
  while (got < text.size()) {
    const size_t some = ReadSome(ends[0], 1 << 20).size();
    ASSERT_GT(some, 0u);
    got += some;
    world.RunUntilIdle();
  }
  EXPECT_EQ(answers, 1);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(FdWriterTest, CancelAnswersWhatIsUnderWay) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  FdWriter writer(loop, ends[1], "pipe");
  const std::string text(1 << 20, 'x');
  writer.Write(AsBytes(text), Keep());
  writer.Cancel();
  EXPECT_EQ(answers, 1);
  EXPECT_THAT(answer, StatusIs(StatusCode::kUnavailable, testing::HasSubstr("stopped")));
  close(ends[0]);
  close(ends[1]);
}

TEST_F(FdWriterTest, AFileTakesEverythingAtOnce) {
  const TempFolder folder;
  const int fd = open(folder.Path("out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(fd, 0);
  FdWriter writer(loop, fd, "file");
  writer.Write(AsBytes("line\n"), Keep());
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(lseek(fd, 0, SEEK_END), 5);
  close(fd);
}

}  // namespace
}  // namespace andon::stdout_output
