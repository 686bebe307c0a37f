// The journal on real threads and a real disk; what ThreadSanitizer looks at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/event/batch_builder.h"
#include "core/journal/journal.h"
#include "core/loop/uv_loop.h"

namespace andon {
namespace {

class LoopThread {
 public:
  LoopThread() : loop_(MakeUvLoop()), thread_([this] { loop_->Run(); }) {}
  ~LoopThread() {
    loop_->Quit();
    thread_.join();
  }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  Loop& loop() { return *loop_; }
  // Runs `task` there and waits until it has.
  template <class Task>
  void Call(Task task) {
    std::promise<void> done;
    loop_->Post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  std::unique_ptr<RunnableLoop> loop_;
  std::thread thread_;
};

constexpr uint64_t kBatches = 400;
constexpr uint32_t kEvents = 50;

// Appends the next batch when one is acknowledged, a few at a time.
class Worker : public AckSink {
 public:
  Worker(Journal& journal, RouteId route) : route_(route) {
    thread_.Call([&] { lane_ = journal.OpenLane(thread_.loop(), {}); });
    thread_.loop().Post([this] {
      for (int i = 0; i < 4; ++i) Send();
    });
  }
  ~Worker() {
    thread_.Call([&] { lane_.reset(); });
  }
  void Wait() { all_acked_.get_future().wait(); }
  void OnAck(uint64_t /*token*/, Outcome outcome) override {
    if (outcome != Outcome::kDurable) return;
    if (++acked_ == kBatches) all_acked_.set_value();
    Send();
  }

 private:
  void Send() {
    if (sent_ == kBatches) return;
    BatchBuilder batch;
    for (uint32_t i = 0; i < kEvents; ++i) {
      RecordWriter record(batch, EventTime{1, i});
      record.FieldUint("n", i);
      record.Commit();
    }
    const LaneWriter::Item item{batch.Batch(tag_), route_};
    const std::string taken = std::to_string(++sent_);
    const Position position{"src", AsBytes(taken)};
    lane_->Append({&item, 1}, {&position, 1}, Ack(this, sent_));
  }
  LoopThread thread_;
  std::unique_ptr<LaneWriter> lane_;
  const RouteId route_;
  const Tag tag_{"log.a"};
  uint64_t sent_ = 0;
  uint64_t acked_ = 0;
  std::promise<void> all_acked_;
};

class Reader {
 public:
  Reader(Journal& journal, std::string id, uint64_t expected)
      : journal_(journal), id_(std::move(id)), expected_(expected) {
    thread_.Call([this] { Open(); });
  }
  ~Reader() {
    thread_.Call([this] { cursor_.reset(); });
  }
  // As a reload does.
  void Reopen() {
    thread_.Call([this] {
      cursor_.reset();
      Open();
    });
  }
  void Wait() { complete_.get_future().wait(); }
  uint64_t held() const { return cursor_->held_events(); }  // Thread: any.

 private:
  void Open() {
    CursorOptions options;
    options.id = id_;
    cursor_ = journal_.OpenCursor(
        options, thread_.loop(), [this] { Pump(); }, [](const LaneId&) {});
    Pump();
  }
  void Pump() {
    while (auto chunk = cursor_->Next(64 << 10, UINT64_MAX)) {
      for (const Piece& piece : chunk->pieces()) {
        Sequence& last = last_[chunk->lane()];
        EXPECT_EQ(piece.first, last + 1);
        last = piece.first + piece.count - 1;
      }
      seen_ += chunk->events();
      cursor_->Finish(chunk->lane(), chunk->window(), "note");
      if (seen_ == expected_) complete_.set_value();
    }
  }
  Journal& journal_;
  const std::string id_;
  const uint64_t expected_;
  LoopThread thread_;
  std::unique_ptr<OutputCursor> cursor_;
  std::map<LaneId, Sequence> last_;
  uint64_t seen_ = 0;
  std::promise<void> complete_;
};

class JournalThreadTest : public ::testing::TestWithParam<bool> {
 protected:
  JournalThreadTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->name());
    std::ranges::replace(name, '/', '_');
    directory_ =
        std::filesystem::temp_directory_path() / ("andon_" + name + std::to_string(::getpid()));
    std::filesystem::remove_all(directory_);
  }
  ~JournalThreadTest() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path directory_;
};

TEST_P(JournalThreadTest, WorkersOutputsAndTheDiskGoOnTogether) {
  MetricRegistry metrics;
  LoopThread journal_thread;
  LoopThread main;
  JournalOptions options;
  if (GetParam()) options.directory = directory_.string();
  options.segment_bytes = 256 << 10;
  options.memory_bytes = 512 << 10;
  auto opened = Journal::Open(options, RealFileSystem(), journal_thread.loop(), SystemRandom(),
                              MetricScope(metrics, {}));
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  Journal& journal = **opened;
  {
    const uint64_t expected = 2 * kBatches * kEvents;
    Reader first(journal, "first", expected);
    Reader second(journal, "second", expected);
    const std::vector<std::string> both = {"first", "second"};
    const RouteId route = journal.RouteTo(both);
    Worker one(journal, route);
    Worker two(journal, route);
    for (int i = 0; i < 5; ++i) second.Reopen();
    one.Wait();
    two.Wait();
    first.Wait();
    second.Wait();
    EXPECT_EQ(first.held(), 0u);
    EXPECT_TRUE(journal.positions().Find("src").has_value());
  }
  std::promise<Status> stopped;
  journal.Stop(main.loop(), [&](Status status) { stopped.set_value(std::move(status)); });
  EXPECT_TRUE(stopped.get_future().get().ok());
  opened->reset();
}

INSTANTIATE_TEST_SUITE_P(DiskOrMemory, JournalThreadTest, ::testing::Bool());

}  // namespace
}  // namespace andon
