// Random histories of a log, its rotation and andond's ends, each from a seed: every line comes
// out, and comes out once.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "core/base/random.h"
#include "test/support/context_fixture.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/temp_folder.h"

namespace andon::tail {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

class TailModel {
 public:
  TailModel(uint64_t seed, int workers) : random_(SeededRandom(seed)), workers_(workers) {
    polls_ = random_->Below(4) == 0;
    matches_rotated_ = random_->Below(2) == 0;
    Start();
  }
  ~TailModel() { Crash(SIZE_MAX); }

  void Step() {
    switch (random_->Below(16)) {
      case 0:
        return Rotate();
      case 1:
        return CopyTruncate();
      case 2:
        return Restart();
      case 3:
        return Wait(random_->Below(10));
      case 4:
        return RemoveOldest();
      case 5:
        return TogglePause();
      case 6:
        return Settle();
      default:
        return Append();
    }
  }

  void Finish() {
    for (Log& log : logs_) {
      if (!log.half.empty()) AppendTo(log, "\n", false);
      log.half.clear();
    }
    if (paused_) TogglePause();
    Wait(30);
    CommitAll();
  }

  std::string Report() const {
    std::string report;
    for (const std::string& line : written_) {
      const auto found = seen_.find(line);
      if (found == seen_.end()) report += "lost " + line + "\n";
    }
    for (const auto& [line, times] : seen_) {
      if (!written_.contains(line)) report += "invented " + line + "\n";
      if (times > 1) report += "doubled " + line + "\n";
    }
    return report;
  }

 private:
  struct Log {
    std::string path;
    std::string half;  // A line that was begun.
    int rotations = 0;
    bool fresh = false;  // Nobody may have seen the file yet.
  };
  struct Worker {
    explicit Worker(const ContextOptions& options) : fixture(options) {}
    ContextFixture fixture;
    std::unique_ptr<Input> input;
    size_t committed = 0;  // Emits.
  };

  std::string Path(const std::string& name) const { return root_ + "/" + name; }

  void Start() {
    for (int i = 0; i < workers_; ++i) {
      workers_now_.push_back(
          std::make_unique<Worker>(ContextOptions{.id = "tail", .worker = i, .workers = workers_}));
      Worker& worker = *workers_now_.back();
      for (const auto& [source, value] : stored_) worker.fixture.positions.Set(source, value);
      auto made = MakePlugin<Input>(
          "tail", "{path: '" + root_ + (matches_rotated_ ? "/*" : "/*.log") +
                      "', tag: t, read_from: head, flush_after: 0, rotate_wait: 2s, "
                      "close_after: 5s, max_open_files: 2, refresh_interval: 20s, watch: " +
                      (polls_ ? "poll}" : "auto}"));
      EXPECT_THAT(made, IsOk());
      worker.input = *std::move(made);
      EXPECT_THAT(worker.input->Prepare(worker.fixture.input()), IsOk());
    }
    for (auto& worker : workers_now_) worker->input->Start(worker->fixture.emitter);
    paused_ = false;
  }

  // What was emitted first is durable, as the journal's group commit makes it.
  void Commit(Worker& worker, size_t emits) {
    const auto& all = worker.fixture.emitter.emits();
    for (; worker.committed < std::min(emits, all.size()); ++worker.committed) {
      const auto& emit = all[worker.committed];
      for (const TestEvent& event : emit.events) ++seen_[event.record];
      for (const auto& position : emit.positions) {
        if (position.kind == Position::Kind::kErase) {
          stored_.erase(position.source);
        } else {
          stored_[position.source] = position.value;
        }
      }
    }
  }
  void CommitAll() {
    for (auto& worker : workers_now_) Commit(*worker, SIZE_MAX);
  }

  void Crash(size_t most) {
    for (auto& worker : workers_now_) {
      const size_t emitted = worker->fixture.emitter.emits().size();
      const size_t more = emitted - worker->committed;
      Commit(*worker, worker->committed + std::min<size_t>(most, random_->Below(more + 1)));
      worker->input.reset();
    }
    workers_now_.clear();
  }

  void Restart() {
    Crash(SIZE_MAX);
    const uint64_t meanwhile = random_->Below(6);
    down_ = true;
    for (uint64_t i = 0; i < meanwhile; ++i) {
      if (random_->Below(3) == 0) {
        Rotate();
      } else {
        Append();
      }
    }
    down_ = false;
    Start();
  }

  Log& AnyLog() {
    if (logs_.size() < 3 && random_->Below(8) == 0) {
      logs_.push_back({Path("log" + std::to_string(logs_.size()) + ".log"), "", 0, false});
    }
    if (logs_.empty()) logs_.push_back({Path("log0.log"), "", 0, false});
    return logs_[random_->Below(logs_.size())];
  }

  void Append() {
    Log& log = AnyLog();
    for (uint64_t lines = 1 + random_->Below(5); lines > 0; --lines) {
      std::string line = std::to_string(++number_);
      line += std::string(random_->Below(random_->Below(20) == 0 ? 3000 : 60), 'x');
      written_.insert(R"({"message":")" + line + R"("})");
      AppendTo(log, line + "\n", random_->Below(4) == 0);
    }
  }

  // `split`: a part now, the rest with the next text.
  void AppendTo(Log& log, std::string text, bool split) {
    if (!log.half.empty() && text != "\n") text = std::exchange(log.half, "") + text;
    if (!log.half.empty()) text = log.half;
    const size_t now = split ? random_->Below(text.size()) : text.size();
    log.fresh = log.fresh || !fs::exists(log.path);
    std::ofstream(log.path, std::ios::binary | std::ios::app) << text.substr(0, now);
    log.half = text.substr(now);
  }

  // A program ends its line before it opens the new file.
  void EndHalf(Log& log) {
    if (log.half.empty()) return;
    std::ofstream(log.path, std::ios::binary | std::ios::app) << log.half;
    log.half.clear();
  }

  void Rotate() {
    if (logs_.empty()) return;
    Log& log = logs_[random_->Below(logs_.size())];
    if (!fs::exists(log.path)) return;
    if (!MayRotate(log)) return;
    const bool late = random_->Below(2) == 0;  // It goes on with the renamed file for a while.
    if (!late) EndHalf(log);
    const std::string to = log.path + "." + std::to_string(++log.rotations);
    fs::rename(log.path, to);
    rotated_.push_back(to);
    if (!late) return;
    // Half a line is waited for as long as rotate_wait.
    if (!down_ && random_->Below(2) == 0) Wait(log.half.empty() ? random_->Below(8) : 0);
    std::ofstream(to, std::ios::binary | std::ios::app) << log.half;
    log.half.clear();
  }

  // A file that comes and goes while nobody looks is found under its new name or not at all.
  bool MayRotate(const Log& log) {
    if (matches_rotated_ || !log.fresh) return true;
    if (down_ || paused_) return false;
    Settle();
    CommitAll();
    for (Log& one : logs_) one.fresh = false;
    return true;
  }

  // Loses what was not read before: so everything is read before.
  void CopyTruncate() {
    if (logs_.empty() || paused_) return;
    Log& log = logs_[random_->Below(logs_.size())];
    if (!fs::exists(log.path)) return;
    EndHalf(log);
    Settle();
    CommitAll();
    fs::resize_file(log.path, 0);
    if (random_->Below(2) == 0) Settle();
  }

  void RemoveOldest() {
    if (rotated_.empty() || paused_) return;
    Settle();
    CommitAll();
    fs::remove(rotated_.front());
    rotated_.erase(rotated_.begin());
  }

  void TogglePause() {
    paused_ = !paused_;
    for (auto& worker : workers_now_) {
      if (paused_) {
        worker->input->Pause();
      } else {
        worker->input->Resume();
      }
    }
  }

  void Settle() { Advance(polls_ ? 1500ms : 200ms); }
  void Wait(uint64_t seconds) { Advance(std::chrono::seconds(seconds) + 1s); }
  void Advance(Duration by) {
    for (auto& worker : workers_now_) worker->fixture.world.Advance(by);
  }

  const std::unique_ptr<Random> random_;
  const int workers_;
  const TempFolder folder_{"/dev/shm"};  // Where truncation does not wait for a disk.
  const std::string& root_ = folder_.path();
  bool polls_ = false;
  bool matches_rotated_ = false;
  bool paused_ = false;
  bool down_ = false;
  std::vector<std::unique_ptr<Worker>> workers_now_;
  std::map<std::string, std::string> stored_;
  std::map<std::string, int> seen_;
  std::set<std::string> written_;
  std::vector<Log> logs_;
  std::vector<std::string> rotated_;
  uint64_t number_ = 0;
};

TEST(TailModelTest, EveryLineComesOnceThroughRotationAndCrashes) {
  // ANDON_SEEDS=1000 for more.
  const char* asked = std::getenv("ANDON_SEEDS");
  const uint64_t seeds = asked != nullptr ? std::strtoull(asked, nullptr, 10) : 40;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    TailModel model(seed, seed % 3 == 0 ? 2 : 1);
    for (int step = 0; step < 80; ++step) model.Step();
    model.Finish();
    ASSERT_EQ(model.Report(), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace andon::tail
