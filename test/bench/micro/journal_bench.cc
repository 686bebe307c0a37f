// What appending costs, with everything behind it: group commits on a real disk, acks, and an
// output that reads and finishes. CPU of all threads, in seconds per million events.
//
//   ANDON_BENCH_DIR=/var/tmp micro_bench --benchmark_filter=Journal
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/event/batch_builder.h"
#include "core/journal/journal.h"
#include "core/loop/uv_loop.h"

namespace andon {
namespace {

constexpr size_t kEventBytes = 240;

// The machine's files without O_DIRECT.
class BufferedFiles : public FileSystem {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, const OpenOptions& options) override {
    OpenOptions buffered = options;
    buffered.direct = false;
    return files_.Open(path, buffered);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return files_.Rename(from, to);
  }
  Status Remove(const std::string& path) override { return files_.Remove(path); }
  Status MakeDirectory(const std::string& path, uint32_t permissions) override {
    return files_.MakeDirectory(path, permissions);
  }
  Result<std::vector<DirectoryEntry>> List(const std::string& directory) override {
    return files_.List(directory);
  }
  Status SyncDirectory(const std::string& directory) override {
    return files_.SyncDirectory(directory);
  }
  Result<uint64_t> FreeBytes(const std::string& directory) override {
    return files_.FreeBytes(directory);
  }
  Result<std::unique_ptr<File>> Lock(const std::string& path) override { return files_.Lock(path); }

 private:
  FileSystem& files_ = RealFileSystem();
};

class LoopThread {
 public:
  LoopThread() : loop_(MakeUvLoop()), thread_([this] { loop_->Run(); }) {}
  ~LoopThread() {
    loop_->Quit();
    thread_.join();
  }
  Loop& loop() { return *loop_; }
  // Runs `task` there and waits for it.
  template <class Task>
  void Call(Task task) {
    std::atomic<bool> done = false;
    loop_->Post([&] {
      task();
      done = true;
      done.notify_one();
    });
    done.wait(false);
  }

 private:
  std::unique_ptr<RunnableLoop> loop_;
  std::thread thread_;
};

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

BatchBuilder MakeBatch(uint32_t events) {
  BatchBuilder batch;
  for (uint32_t i = 0; i < events; ++i) {
    RecordWriter record(batch, EventTime{1'800'000'000, i});
    record.Field("message", std::string(kEventBytes - 26, 'x'));
    record.Commit();
  }
  return batch;
}

// Keeps `outstanding` batches under way until `total` have been acknowledged.
class Producer : public AckSink {
 public:
  Producer(LoopThread& thread, LaneWriter& lane, RouteId route, const BatchBuilder& batch)
      : thread_(thread), lane_(lane), route_(route), batch_(batch) {}

  void Run(uint64_t total, uint64_t outstanding) {
    done_ = false;
    total_ = total;
    sent_ = acked_ = 0;
    thread_.Call([&] {
      while (sent_ < std::min(outstanding, total_)) Send();
    });
    done_.wait(false);
  }
  void OnAck(uint64_t /*token*/, Outcome outcome) override {
    CHECK(outcome == Outcome::kDurable);
    ++acked_;
    if (sent_ < total_) Send();
    if (acked_ < total_) return;
    done_ = true;
    done_.notify_one();
  }

 private:
  void Send() {
    const LaneWriter::Item item{batch_.Batch(tag_), route_};
    lane_.Append({&item, 1}, {}, Ack(this, ++sent_));
  }
  LoopThread& thread_;
  LaneWriter& lane_;
  const RouteId route_;
  const BatchBuilder& batch_;
  const Tag tag_{"log.bench"};
  uint64_t total_ = 0;
  uint64_t sent_ = 0;
  uint64_t acked_ = 0;
  std::atomic<bool> done_ = false;
};

enum Mode : int64_t { kDirect, kBuffered, kOs, kNone };

struct Setup {
  explicit Setup(Mode mode) {
    const char* base = std::getenv("ANDON_BENCH_DIR");
    directory = std::string(base == nullptr ? "/var/tmp" : base) + "/andon_journal_bench";
    std::filesystem::remove_all(directory);
    JournalOptions options;
    if (mode != kNone) options.directory = directory;
    if (mode == kOs) options.sync = SyncMode::kOs;
    options.size_bytes = uint64_t{1} << 30;
    FileSystem& chosen = mode == kBuffered ? buffered : RealFileSystem();
    auto opened = Journal::Open(options, chosen, journal_thread.loop(), SystemRandom(),
                                MetricScope(metrics, {}));
    CHECK(opened.ok());
    journal = *std::move(opened);
    CursorOptions cursor_options;
    cursor_options.id = "null";
    output.Call([&] {
      cursor = journal->OpenCursor(
          cursor_options, output.loop(), [this] { Pump(); }, [](const LaneId&) {});
      Pump();
    });
    worker.Call([&] { lane = journal->OpenLane(worker.loop(), {}); });
  }
  ~Setup() {
    worker.Call([&] { lane.reset(); });
    output.Call([&] { cursor.reset(); });
    LoopThread main;
    std::atomic<bool> stopped = false;
    journal->Stop(main.loop(), [&](const Status&) {
      stopped = true;
      stopped.notify_one();
    });
    stopped.wait(false);
    journal.reset();
    std::filesystem::remove_all(directory);
  }
  void Pump() {
    while (auto chunk = cursor->Next(size_t{1} << 20, UINT64_MAX)) {
      cursor->Finish(chunk->lane(), chunk->window(), "");
    }
  }

  std::string directory;
  BufferedFiles buffered;
  MetricRegistry metrics;
  LoopThread journal_thread;
  LoopThread output;
  LoopThread worker;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<OutputCursor> cursor;
  std::unique_ptr<LaneWriter> lane;
};

void Append(benchmark::State& state, uint32_t events_per_batch, uint64_t outstanding,
            uint64_t total_events) {
  Setup setup(static_cast<Mode>(state.range(0)));
  const BatchBuilder batch = MakeBatch(events_per_batch);
  const std::vector<std::string> route = {"null"};
  Producer producer(setup.worker, *setup.lane, setup.journal->RouteTo(route), batch);
  const uint64_t batches = total_events / events_per_batch;
  producer.Run(batches, outstanding);  // Files and blocks are there from now on.
  const double before = CpuSeconds();
  uint64_t events = 0;
  for (auto _ : state) {
    producer.Run(batches, outstanding);
    events += batches * events_per_batch;
  }
  const double millions = static_cast<double>(events) / 1e6;
  state.counters["cpu_s_per_M"] = (CpuSeconds() - before) / millions;
  state.counters["M_per_s"] = benchmark::Counter(millions, benchmark::Counter::kIsRate);
  state.counters["bytes_per_event"] =
      static_cast<double>(batch.bytes()) / static_cast<double>(events_per_batch);
}

void JournalLargeBatches(benchmark::State& state) { Append(state, 4096, 8, 2'000'000); }
BENCHMARK(JournalLargeBatches)
    ->ArgName("mode")
    ->Arg(kDirect)
    ->Arg(kBuffered)
    ->Arg(kOs)
    ->Arg(kNone)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void JournalSmallBatches(benchmark::State& state) { Append(state, 100, 100, 500'000); }
BENCHMARK(JournalSmallBatches)
    ->ArgName("mode")
    ->Arg(kDirect)
    ->Arg(kBuffered)
    ->Arg(kOs)
    ->Arg(kNone)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace andon
