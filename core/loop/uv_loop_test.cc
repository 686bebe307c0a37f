#include "core/loop/uv_loop.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

namespace andon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

SpawnOptions Command(std::vector<std::string> command,
                     UniqueFunction<void(int64_t, int)> exited = nullptr) {
  SpawnOptions options;
  options.command = std::move(command);
  options.exited = std::move(exited);
  return options;
}

size_t ThreadsOfThisProcess() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

TEST(UvLoopTest, PostedTasksRunInOrderAndNeverInsideTheCall) {
  auto loop = MakeUvLoop();
  std::vector<int> order;
  loop->Post([&] {
    order.push_back(1);
    loop->Post([&] {
      order.push_back(3);
      loop->Quit();
    });
  });
  loop->Post([&] { order.push_back(2); });
  EXPECT_TRUE(order.empty());
  loop->Run();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(UvLoopTest, WhatIsPostedAfterQuitWaitsForTheNextRun) {
  auto loop = MakeUvLoop();
  std::vector<int> order;
  loop->Post([&] { order.push_back(1); });
  loop->Quit();
  loop->Post([&] { order.push_back(2); });
  loop->Run();
  EXPECT_THAT(order, ElementsAre(1));
  loop->Quit();
  loop->Run();
  EXPECT_THAT(order, ElementsAre(1, 2));
}

struct PostsWhenDestroyed {
  explicit PostsWhenDestroyed(Loop& to) : loop(&to) {}
  PostsWhenDestroyed(PostsWhenDestroyed&& other) noexcept
      : loop(std::exchange(other.loop, nullptr)) {}
  ~PostsWhenDestroyed() {
    if (loop != nullptr) loop->Post([] { ADD_FAILURE() << "ran after the end"; });
  }
  Loop* loop;
};

TEST(UvLoopTest, TasksThatAreLeftAreDestroyedUnrunEvenWhenThatPostsMore) {
  auto loop = MakeUvLoop();
  loop->Post([guard = PostsWhenDestroyed(*loop)] { ADD_FAILURE(); });
  auto timer = loop->After(seconds(1), [guard = PostsWhenDestroyed(*loop)] { ADD_FAILURE(); });
  loop.reset();
}

TEST(UvLoopTest, ManyThreadsPostAndEachThreadsTasksRunInItsOrder) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 20'000;
  auto loop = MakeUvLoop();
  std::vector<std::vector<int>> seen(kThreads);
  int running = kThreads;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) loop->Post([&, t, i] { seen[t].push_back(i); });
      loop->Post([&] {
        if (--running == 0) loop->Quit();
      });
    });
  }
  loop->Run();
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<int>& numbers : seen) {
    ASSERT_EQ(numbers.size(), static_cast<size_t>(kTasks));
    EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  }
}

TEST(UvLoopTest, TwoLoopsPassATaskToAndFroWithoutLosingAWakeUp) {
  auto a = MakeUvLoop();
  auto b = MakeUvLoop();
  int left = 20'000;
  UniqueFunction<void()> ping;
  ping = [&] {
    if (--left == 0) {
      b->Quit();
      a->Quit();
      return;
    }
    b->Post([&] { a->Post([&] { ping(); }); });
  };
  a->Post([&] { ping(); });
  std::thread other([&] { b->Run(); });
  a->Run();
  other.join();
  EXPECT_EQ(left, 0);
}

TEST(UvLoopTest, ATaskThatPostsItselfForEverStarvesNeitherTimersNorDescriptors) {
  auto loop = MakeUvLoop();
  UniqueFunction<void()> again;
  again = [&] { loop->Post([&] { again(); }); };
  again();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  bool read = false;
  auto watch = loop->WatchFd(ends[0], Interest::kRead, [&](Interest) {
    char c = 0;
    read = ::read(ends[0], &c, 1) == 1;
  });
  auto timer = loop->After(milliseconds(2), [&] { ASSERT_EQ(::write(ends[1], "x", 1), 1); });
  auto end = loop->After(milliseconds(20), [&] { loop->Quit(); });
  loop->Run();
  EXPECT_TRUE(read);
  watch->reset();
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(UvLoopTest, TimersFireInOrderNotEarlyAndNotWhenCancelled) {
  auto loop = MakeUvLoop();
  std::vector<int> fired;
  const MonotonicTime begin = loop->Now();
  auto note = [&](int number, Duration delay) {
    fired.push_back(number);
    EXPECT_GE(loop->Now() - begin, delay);
  };
  auto last = loop->After(milliseconds(6), [&] {
    note(3, milliseconds(6));
    loop->Quit();
  });
  auto second = loop->After(milliseconds(3), [&] { note(2, milliseconds(3)); });
  auto cancelled = loop->After(milliseconds(2), [&] { note(0, {}); });
  auto first = loop->After(Duration(0), [&] {
    note(1, {});
    cancelled.reset();
  });
  loop->Run();
  EXPECT_THAT(fired, ElementsAre(1, 2, 3));
}

TEST(UvLoopTest, AZeroTimerThatArmsItselfLetsTheLoopGoOn) {
  auto loop = MakeUvLoop();
  std::unique_ptr<Timer> timer;
  int fired = 0;
  UniqueFunction<void()> arm;
  arm = [&] {
    if (++fired == 100) loop->Quit();
    timer = loop->After(Duration(0), [&] { arm(); });
  };
  arm();
  const auto begin = std::chrono::steady_clock::now();
  loop->Run();
  EXPECT_GE(fired, 100);
  // In the next round, not at libuv's next millisecond.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(90));
}

TEST(UvLoopTest, NeverIsADelayToo) {
  auto loop = MakeUvLoop();
  auto never = loop->After(Duration::max(), [] { ADD_FAILURE(); });
  auto end = loop->After(milliseconds(1), [&] { loop->Quit(); });
  loop->Run();
}

TEST(UvLoopTest, NowStandsStillWithinACallbackAndMovesBetween) {
  auto loop = MakeUvLoop();
  MonotonicTime first{};
  loop->Post([&] {
    first = loop->Now();
    while (std::chrono::steady_clock::now() - first < milliseconds(2)) {
    }
    EXPECT_EQ(loop->Now(), first);
  });
  auto end = loop->After(milliseconds(4), [&] {
    EXPECT_GT(loop->Now(), first);
    loop->Quit();
  });
  loop->Run();
}

TEST(UvLoopTest, AWatchIsLevelTriggeredAndSetPausesIt) {
  auto loop = MakeUvLoop();
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  ASSERT_EQ(::write(ends[1], "abc", 3), 3);
  std::string got;
  std::unique_ptr<Timer> timer;
  Result<std::unique_ptr<Watch>> watch = loop->WatchFd(ends[0], Interest::kRead, [&](Interest) {
    char c = 0;
    ASSERT_EQ(::read(ends[0], &c, 1), 1);
    got += c;
    if (got.size() == 2) {
      (*watch)->Set(Interest::kNone);
      timer = loop->After(milliseconds(2), [&] {
        EXPECT_EQ(got, "ab");
        (*watch)->Set(Interest::kReadWrite);
      });
    }
    if (got.size() == 3) loop->Quit();
  });
  ASSERT_TRUE(watch.ok());
  EXPECT_FALSE(loop->WatchFd(ends[0], Interest::kRead, [](Interest) {}).ok());
  loop->Run();
  EXPECT_EQ(got, "abc");
  watch->reset();
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(UvLoopTest, AHangUpIsReportedAsWhatWasAskedForUntilItIsRead) {
  auto loop = MakeUvLoop();
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  // Unread bytes at the closing side reset the connection: an error, not a mere end.
  ASSERT_EQ(::write(ends[0], "x", 1), 1);
  ::close(ends[1]);
  int calls = 0;
  auto watch = loop->WatchFd(ends[0], Interest::kRead, [&](Interest what) {
    EXPECT_TRUE(Has(what, Interest::kRead));
    if (++calls == 3) loop->Quit();
  });
  loop->Run();
  EXPECT_EQ(calls, 3);
  watch->reset();
  ::close(ends[0]);
}

TEST(UvLoopTest, AWatchMayBeDestroyedInsideItsCallbackAndItsDescriptorReusedAtOnce) {
  auto loop = MakeUvLoop();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "xy", 2), 2);
  std::unique_ptr<Watch> watch;
  std::unique_ptr<Watch> second;
  int reused = -1;
  watch = *loop->WatchFd(ends[0], Interest::kRead, [&, guard = std::make_unique<int>(5)](Interest) {
    watch.reset();
    EXPECT_EQ(*guard, 5);
    reused = ::dup(ends[0]);
    ::close(ends[0]);
    ASSERT_EQ(::dup2(reused, ends[0]), ends[0]);
    second = *loop->WatchFd(ends[0], Interest::kRead, [&](Interest) { loop->Quit(); });
  });
  loop->Run();
  second.reset();
  ::close(reused);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(UvLoopTest, WatchesTimersAndChildrenMayOutliveTheLoop) {
  auto loop = MakeUvLoop();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  auto watch = loop->WatchFd(ends[0], Interest::kRead, [](Interest) {});
  auto timer = loop->After(seconds(9), [] {});
  auto child = loop->Spawn(Command({"sleep", "100"}));
  ASSERT_TRUE(child.ok());
  const int pid = (*child)->pid();
  loop.reset();
  EXPECT_EQ(::kill(pid, 0), -1);  // Killed and reaped.
  EXPECT_FALSE((*child)->Signal(SIGTERM).ok());
  watch->reset();
  timer.reset();
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(UvLoopTest, AChildGetsItsDescriptorsEnvironmentAndFolderAndItsEndIsReported) {
  auto loop = MakeUvLoop();
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  ::setenv("ANDON_TEST_GIVEN", "parent", 1);
  SpawnOptions options;
  options.command = {"sh", "-c", "echo \"$ANDON_TEST_GIVEN $(pwd)\"; exit 3"};
  options.environment = {"ANDON_TEST_GIVEN=child"};
  options.directory = "/";
  options.stdio[1] = ends[1];
  int64_t status = -1;
  options.exited = [&](int64_t exit_status, int signal) {
    status = exit_status;
    EXPECT_EQ(signal, 0);
    loop->Quit();
  };
  auto child = loop->Spawn(std::move(options));
  ASSERT_TRUE(child.ok()) << child.status().message();
  loop->Run();
  EXPECT_EQ(status, 3);
  char text[64] = {};
  ASSERT_GT(::read(ends[0], text, sizeof text - 1), 0);
  EXPECT_STREQ(text, "child /\n");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(UvLoopTest, AChildThatIsDestroyedIsKilledAndReapedWithoutAReport) {
  auto loop = MakeUvLoop();
  auto child =
      loop->Spawn(Command({"sleep", "100"}, [](int64_t, int) { ADD_FAILURE() << "reported"; }));
  ASSERT_TRUE(child.ok());
  const int pid = (*child)->pid();
  child->reset();
  std::unique_ptr<Timer> timer;
  UniqueFunction<void()> look;
  look = [&] {
    if (::kill(pid, 0) != 0) return loop->Quit();
    timer = loop->After(milliseconds(1), [&] { look(); });
  };
  look();
  loop->Run();
}

TEST(UvLoopTest, ASignalReachesTheChild) {
  auto loop = MakeUvLoop();
  int got = 0;
  auto child = loop->Spawn(Command({"sleep", "100"}, [&](int64_t, int signal) {
    got = signal;
    loop->Quit();
  }));
  ASSERT_TRUE(child.ok());
  EXPECT_TRUE((*child)->Signal(SIGTERM).ok());
  loop->Run();
  EXPECT_EQ(got, SIGTERM);
}

TEST(UvLoopTest, ACommandThatDoesNotExistIsNamed) {
  auto loop = MakeUvLoop();
  auto child = loop->Spawn(Command({"/no/such/program"}));
  ASSERT_FALSE(child.ok());
  EXPECT_EQ(child.status().message(), "spawn /no/such/program: No such file or directory");
  EXPECT_FALSE(loop->Spawn({}).ok());
}

TEST(UvLoopTest, ARegularFileCannotBeWatched) {
  auto loop = MakeUvLoop();
  const int fd = ::open("/etc/passwd", O_RDONLY | O_CLOEXEC);
  EXPECT_FALSE(loop->WatchFd(fd, Interest::kRead, [](Interest) {}).ok());
  ::close(fd);
}

TEST(UvLoopTest, AnIdleLoopSleepsAndStartsNoThreads) {
  auto loop = MakeUvLoop();
  auto far = loop->After(seconds(3600), [] {});
  const size_t threads = ThreadsOfThisProcess();
  rusage before{};
  rusage after{};
  auto begin = loop->After(milliseconds(5), [&] { ::getrusage(RUSAGE_THREAD, &before); });
  auto end = loop->After(milliseconds(105), [&] {
    ::getrusage(RUSAGE_THREAD, &after);
    loop->Quit();
  });
  loop->Run();
  EXPECT_LE(after.ru_nvcsw - before.ru_nvcsw, 2);  // Each sleep is one voluntary switch.
  EXPECT_EQ(ThreadsOfThisProcess(), threads);
}

}  // namespace
}  // namespace andon
