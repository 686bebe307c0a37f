// Random histories of writes, errors, power cuts and reloads on a disk that forgets, each from a
// seed: at the end every event is in the files, and is there once.

#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "core/base/random.h"
#include "core/event/run_set.h"
#include "test/support/context_fixture.h"
#include "test/support/crash_disk.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"

namespace andon::file_output {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

class NumberFormatter final : public Formatter {
 public:
  using Config = NoOptions;
  explicit NumberFormatter(const Config& /*config*/) {}
  void Format(const Tag& /*tag*/, const EntryView& entry, ByteBuffer& out) override {
    const auto n = entry.record.Find("n")->AsInt().value_or(-1);
    out.Append(std::to_string(n) + std::string(static_cast<size_t>(n % 50), '.') + "\n");
  }
};
const Register<Formatter, NumberFormatter> kNumber("test_number", "numbers, for tests");

// Some of them so long that they go past the page cache.
class LongNumberFormatter final : public Formatter {
 public:
  using Config = NoOptions;
  explicit LongNumberFormatter(const Config& /*config*/) {}
  void Format(const Tag& /*tag*/, const EntryView& entry, ByteBuffer& out) override {
    const auto n = entry.record.Find("n")->AsInt().value_or(-1);
    const auto dots = static_cast<size_t>(n % 4 == 0 ? 140'000 : n % 50);
    out.Append(std::to_string(n) + std::string(dots, '.') + "\n");
  }
};
const Register<Formatter, LongNumberFormatter> kLongNumber("test_long_number", "for tests");

constexpr size_t kMostUnpacked = size_t{2} << 20;

// What the journal keeps of the output's cursor.
struct CursorModel {
  RunSet finished;
  std::string note;
};

class FileModel {
 public:
  explicit FileModel(uint64_t seed, const std::string& format = "test_number")
      : random_(SeededRandom(seed)), disk_(seed) {
    for (const char* folder : {"/logs", "/logs/a", "/logs/b", "/logs/c"}) {
      EXPECT_THAT(disk_.MakeDirectory(folder, 0750), IsOk());
      EXPECT_THAT(disk_.SyncDirectory("/"), IsOk());
      EXPECT_THAT(disk_.SyncDirectory("/logs"), IsOk());
    }
    disk_.SetFault([this](CrashDisk::Op, const std::string&) { return Fault(); });
    options_ = "format: " + format + ", timezone: utc, max_open_files: 2, close_after: 2s";
    static constexpr const char* kPaths[] = {"/logs/${tag}/%H%M.log", "/logs/${tag}.log",
                                             "/logs/${record[\"h\"]}/%H%M.log",
                                             "/logs/${tag}-${record[\"h\"]}.log"};
    options_ += ", path: '" + std::string(kPaths[random_->Below(4)]) + "'";
    if (Coin()) options_ += ", rotate: {size: 300}";
    if (Coin()) options_ += Coin() ? ", compress: gzip" : ", compress: zstd";
    if (random_->Below(4) == 0) options_ += ", append: false";
    Start();
  }
  ~FileModel() {
    output_.reset();
    fixture_.reset();
  }

  void Step() {
    if (cut_) return Recover();
    switch (random_->Below(24)) {
      case 0:
        cut_ = true;
        return;
      case 1:
        return Reload();
      case 2:
        return Advance(Coin() ? 90s : 3s);
      case 3:
        faults_left_ = static_cast<int>(random_->Below(4));
        fault_in_ = static_cast<int>(random_->Below(6));
        return;
      case 4:
        power_cut_in_ = 1 + static_cast<int>(random_->Below(30));
        return;
      case 5:
      case 6:
        return Commit();
      case 7:
      case 8:
      case 9:
        for (int i = 0; i < 5 && !cut_; ++i) fixture_->world.Step();
        return;
      case 10:
      case 11:
        return Advance(10ms);
      default:
        return Deliver();
    }
  }

  void Finish() {
    if (cut_) Recover();
    faults_left_ = 0;
    power_cut_in_ = 0;
    for (int i = 0; i < 1000 && !cursor_.finished.ContainsAll({1, next_ - 1}); ++i) {
      Deliver();
      Commit();
      Advance(1s);
    }
    for (int i = 0; i < 100; ++i) {
      Advance(60s);
      Commit();
    }
  }

  std::string Report() {
    std::map<int64_t, int> seen;
    std::string report;
    for (const std::string& path : disk_.Paths()) {
      if (!path.starts_with("/logs/") || path.ends_with(".part")) continue;
      const std::string text = Unpacked(path);
      if (!text.empty() && !text.ends_with('\n')) report += path + " ends within a line\n";
      for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
        ++seen[std::strtoll(text.c_str() + at, nullptr, 10)];
      }
    }
    for (Sequence n = 1; n < next_; ++n) {
      const int times = seen[static_cast<int64_t>(n)];
      if (times != 1) report += std::to_string(n) + " is there " + std::to_string(times) + "x\n";
    }
    return report.empty() ? report : options_ + "\n" + report;
  }

 private:
  bool Coin() { return random_->Below(2) == 0; }

  int Fault() {
    if (cut_) return EIO;
    if (power_cut_in_ > 0 && --power_cut_in_ == 0) {
      cut_ = true;
      return CrashDisk::kPowerCut;
    }
    if (faults_left_ > 0 && fault_in_-- <= 0) {
      --faults_left_;
      return Coin() ? ENOSPC : EIO;
    }
    return 0;
  }

  void Start() {
    fixture_.emplace(ContextOptions{.id = "f", .kind = "output", .files = &disk_});
    fixture_->world.SetWallClock(wall_);
    cursor_ = stored_;
    in_flight_.clear();
    again_.clear();
    taken_ = cursor_.finished;
    fixture_->output().note = cursor_.note;
    fixture_->output().save_note = [this](std::string note, UniqueFunction<void(Status)> done) {
      cursor_.note = std::move(note);
      saves_.push_back(std::move(done));
    };
    auto made = MakePlugin<Output>("file", "{" + options_ + "}");
    EXPECT_THAT(made, IsOk());
    output_ = *std::move(made);
    EXPECT_THAT(output_->Prepare(fixture_->output()), IsOk());
    output_->Start();
  }

  void Recover() {
    End();
    disk_.PowerCut(CrashDisk::Keep::kSome);
    disk_.PowerOn();
    cut_ = false;
    power_cut_in_ = 0;
    Start();
  }

  void End() {
    wall_ = fixture_->world.wall_now();
    output_.reset();
    saves_.clear();
    fixture_.reset();
  }

  // As SIGHUP with another configuration, or SIGTERM: everything is answered and stored.
  void Reload() {
    bool stopped = false;
    fixture_->world.RunUntilIdle();
    Commit();
    fixture_->world.RunUntilIdle();
    if (cut_) return;
    output_->Stop([&] { stopped = true; });
    EXPECT_TRUE(stopped);
    fixture_->world.RunUntilIdle();
    stored_ = cursor_;
    End();
    disk_.KillProcess();
    Start();
  }

  void Commit() {
    stored_ = cursor_;
    for (auto& done : std::exchange(saves_, {})) {
      fixture_->loop.Post([done = std::move(done)]() mutable { done(OkStatus()); });
    }
  }

  // As the flusher: up to four chunks at once, old ones again first; an answer is posted.
  void Deliver() {
    if (in_flight_.size() >= 4) return Advance(5ms);
    std::vector<Range> ranges;
    if (!again_.empty()) {
      ranges.push_back(again_.front());
      again_.pop_front();
    } else {
      const Sequence first = taken_.watermark() + 1;
      ranges = taken_.Missing({first, first + random_->Below(12)});
      ranges.resize(1);
    }
    const Range range = ranges.front();
    next_ = std::max(next_, range.last + 1);
    taken_.Add(range);
    in_flight_.insert(range.first);
    std::vector<TestEvent> events;
    for (Sequence n = range.first; n <= range.last; ++n) {
      const EventTime time{kTestTime.seconds + static_cast<uint32_t>(n / 40 * 60), 0};
      const char* tag = n % 7 == 0 ? "a" : n % 3 == 0 ? "b" : "c";
      const std::string record =
          "{\"n\":" + std::to_string(n) + ",\"h\":\"" + (n % 5 < 3 ? "a" : "b") + "\"}";
      events.push_back(EventFromJson(tag, record, time));
    }
    output_->Write(MakeChunk(events, {.first = range.first}), [this, range](WriteResult result) {
      fixture_->loop.Post([this, range, result = std::move(result)] { Done(range, result); });
    });
  }

  void Done(Range range, const WriteResult& result) {
    in_flight_.erase(range.first);
    EXPECT_TRUE(result.rejected.empty() && result.again.empty());
    if (!result.status.ok()) {
      again_.push_back(range);
      return;
    }
    cursor_.finished.Add(range);
    if (!result.note.empty()) cursor_.note = result.note;
  }

  void Advance(Duration by) {
    const MonotonicTime end = fixture_->world.now() + by;
    // Step by step: nothing goes on once the power is gone.
    while (!cut_ && fixture_->world.now() < end) {
      fixture_->world.Advance(std::min<Duration>(end - fixture_->world.now(), 1s));
    }
  }

  std::string Unpacked(const std::string& path) const {
    const std::string packed = disk_.Content(path);
    std::string text(kMostUnpacked, '\0');
    if (path.ends_with(".zst")) {
      const size_t size = ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size());
      EXPECT_FALSE(ZSTD_isError(size)) << path;
      text.resize(ZSTD_isError(size) ? 0 : size);
      return text;
    }
    if (!path.ends_with(".gz")) return packed;
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END) << path;
    text.resize(text.size() - stream.avail_out);
    inflateEnd(&stream);
    return text;
  }

  const std::unique_ptr<Random> random_;
  CrashDisk disk_;
  std::string options_;
  std::optional<ContextFixture> fixture_;
  std::unique_ptr<Output> output_;
  CursorModel cursor_;  // In memory.
  CursorModel stored_;  // In the journal.
  std::vector<UniqueFunction<void(Status)>> saves_;
  RunSet taken_;
  std::set<Sequence> in_flight_;
  std::deque<Range> again_;
  Sequence next_ = 1;
  EventTime wall_ = kTestTime;
  bool cut_ = false;
  int power_cut_in_ = 0;
  int faults_left_ = 0;
  int fault_in_ = 0;
};

void RunSeeds(uint64_t seeds, int steps, const std::string& format) {
  // ANDON_SEEDS=1000 for more.
  const char* asked = std::getenv("ANDON_SEEDS");
  const char* from = std::getenv("ANDON_SEED");
  const uint64_t begin = from != nullptr ? std::strtoull(from, nullptr, 10) : 1;
  if (asked != nullptr) seeds = std::strtoull(asked, nullptr, 10);
  for (uint64_t seed = begin; seed < begin + seeds; ++seed) {
    FileModel model(seed, format);
    for (int step = 0; step < steps; ++step) model.Step();
    model.Finish();
    ASSERT_EQ(model.Report(), "") << "seed " << seed;
  }
}

TEST(FileModelTest, EveryEventIsWrittenOnceThroughErrorsAndPowerCuts) {
  RunSeeds(100, 400, "test_number");
}

TEST(FileModelTest, SoIsEveryLongOne) { RunSeeds(10, 150, "test_long_number"); }

}  // namespace
}  // namespace andon::file_output
