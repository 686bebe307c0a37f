// Random lives of a journal against a model that is a few sets: nothing acknowledged is lost,
// nothing is doubled, lanes keep their order, cursors never pass what is not finished.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <deque>
#include <set>
#include <string>
#include <utility>

#include "core/event/batch_builder.h"
#include "test/support/journal_fixture.h"
#include "test/support/journal_oracle.h"

namespace andon {
namespace {

constexpr uint64_t kSourceNumbers = 1'000'000'000;
const char* const kOutputs[] = {"a", "b"};

struct Settings {
  bool lying = false;   // Then events may be lost, but never wrong.
  bool faults = false;  // Writes and syncs fail now and then.
  bool power_cuts = true;
};

class Model {
 public:
  Model(uint64_t seed, const Settings& settings)
      : settings_(settings),
        journal_(seed, FakeWorld::Order::kRandom),
        random_(SeededRandom(seed)),
        oracle_(settings.lying) {
    journal_.lane_count = 1 + random_->Below(3);
    large_ = random_->Below(4) == 0;
    journal_.options.segment_bytes = (64 + 64 * random_->Below(3)) << (large_ ? 13 : 10);
    journal_.options.size_bytes = uint64_t{16} << 20;
    journal_.options.memory_bytes = uint64_t{4} << 20;
    journal_.options.compress = random_->Below(4) == 0;
    if (settings.lying) journal_.disk.SetLying(true);
    journal_.disk.SetSector(random_->Below(2) == 0 ? 512 : 4096);
    sources_.resize(3);
  }

  void Live(int lives) {
    for (int i = 0; i < lives; ++i) {
      SCOPED_TRACE("life " + std::to_string(i));
      Begin();
      if (::testing::Test::HasFailure()) return;
      const uint64_t steps = 20 + random_->Below(150);
      for (uint64_t step = 0; step < steps && !is_cut_; ++step) Act();
      End();
      if (::testing::Test::HasFailure()) return;
    }
    Begin();
    if (::testing::Test::HasFailure()) return;
    Drain();
  }

 private:
  struct Source {
    uint64_t next = 1;
    uint64_t acked = 0;  // Highest number that was acknowledged.
  };
  struct Given {
    std::unique_ptr<TestOutput> output;
    std::set<JournalOracle::Identity> finished;
    size_t looked_at = 0;
  };

  static std::vector<std::string> RouteOf(uint64_t number) {
    std::vector<std::string> route;
    for (size_t i = 0; i < 2; ++i) {
      if (JournalOracle::RoutedTo(number, i)) route.emplace_back(kOutputs[i]);
    }
    return route;
  }

  void Begin() {
    // Now and then the power goes while the journal is being opened.
    for (;;) {
      cut_in_ = settings_.power_cuts && random_->Below(3) == 0 ? 1 + random_->Below(25) : 0;
      journal_.disk.PowerOn();
      is_cut_ = false;
      SetFaults(false);
      const Status opened = journal_.Open();
      ASSERT_TRUE(opened.ok() || is_cut_) << opened.message();
      if (!is_cut_) break;
      journal_.Kill();
    }
    for (size_t i = 0; i < sources_.size(); ++i) {
      const auto position = journal_.journal->positions().Find("src:" + std::to_string(i));
      const uint64_t taken = position.has_value() ? std::stoull(*position) : 0;
      ASSERT_TRUE(settings_.lying || taken >= sources_[i].acked) << "source " << i;
      ASSERT_LT(taken, sources_[i].next);
      sources_[i].next = taken + 1;
    }
    oracle_.BeginLife();
    for (size_t i = 0; i < 2; ++i) {
      given_[i] = Given();
      CursorOptions options;
      options.id = kOutputs[i];
      given_[i].output = std::make_unique<TestOutput>(*journal_.journal, journal_.world, options);
      given_[i].output->holds = true;
      given_[i].output->max_bytes = 1 + random_->Below(20'000);
    }
    eager_ = random_->Below(2) == 0;
    cut_in_ = settings_.power_cuts && random_->Below(2) == 0 ? 1 + random_->Below(60) : 0;
    SetFaults(settings_.faults);
  }

  void SetFaults(bool fails) {
    journal_.disk.SetFault([this, fails](CrashDisk::Op op, const std::string&) {
      const bool reads = op == CrashDisk::Op::kRead || op == CrashDisk::Op::kList;
      if (!reads && cut_in_ > 0 && --cut_in_ == 0) {
        is_cut_ = true;
        return CrashDisk::kPowerCut;
      }
      const bool may = op == CrashDisk::Op::kWrite || op == CrashDisk::Op::kSync;
      return fails && may && random_->Below(40) == 0 ? EIO : 0;
    });
  }

  void End() {
    for (Given& given : given_) Look(given);
    const uint64_t way = is_cut_ ? 1 : random_->Below(settings_.power_cuts ? 4 : 2);
    if (way == 0) {
      journal_.disk.SetFault(nullptr);
      journal_.Settle(std::chrono::seconds(3));
      for (Given& given : given_) Look(given);
      for (Given& given : given_) given.output.reset();
      const Status stopped = journal_.Stop();
      ASSERT_TRUE(stopped.ok()) << stopped.message();
      CollectAcks();
      return;
    }
    CollectAcks();
    if (way == 2) journal_.disk.PowerCut(CrashDisk::Keep::kSome);
    if (way == 3) journal_.disk.PowerCut(CrashDisk::Keep::kNothing);
    journal_.disk.KillProcess();
    for (Given& given : given_) given.output.reset();
    journal_.Kill();
  }

  void Act() {
    switch (random_->Below(8)) {
      case 0:
      case 1:
      case 2:
        Append(random_->Below(sources_.size()));
        break;
      case 3:
        for (Given& given : given_) {
          do {
            FinishOne(given);
          } while (eager_ && !given.output->held.empty());
        }
        break;
      case 4:
        Save(random_->Below(2));
        break;
      case 5:
        journal_.world.Advance(std::chrono::milliseconds(random_->Below(60)));
        break;
      default:
        for (uint64_t i = random_->Below(20); i > 0; --i) journal_.world.Step();
        break;
    }
    for (Given& given : given_) Look(given);
    CollectAcks();
  }

  // Some events of one source, and how far it has been taken, in one unit.
  void Append(size_t from) {
    Source& source = sources_[from];
    const uint64_t first = from * kSourceNumbers + source.next;
    const auto count = static_cast<uint32_t>(1 + random_->Below(6));
    std::deque<Tag> tags;
    std::vector<BatchBuilder> batches(count);
    std::vector<LaneWriter::Item> items;
    const size_t length = random_->Below(4) == 0 ? 9000 : 50;
    const std::string padding(large_ ? length * 20 : length, 'x');
    for (uint32_t i = 0; i < count; ++i) {
      tags.emplace_back(JournalOracle::TagOf(first + i));
      RecordWriter record(batches[i], kTime);
      record.FieldUint("n", first + i);
      record.Field("padding", padding);
      record.Commit();
      items.push_back({batches[i].Batch(tags[i]), journal_.RouteTo(RouteOf(first + i))});
    }
    const std::string taken = std::to_string(source.next + count - 1);
    const std::string name = "src:" + std::to_string(from);
    const Position position{name, AsBytes(taken)};
    const bool waits = random_->Below(2) == 0;
    // Sources move between workers.
    LaneWriter& writer = *journal_.lanes[random_->Below(journal_.lanes.size())];
    const Sequence sequence = writer.Append(items, {&position, 1},
                                            waits ? Ack(&journal_.acks, first + count - 1) : Ack());
    for (uint32_t i = 0; i < count; ++i) oracle_.Appended({writer.id(), sequence + i}, first + i);
    source.next += count;
  }

  void CollectAcks() {
    for (const uint64_t token : journal_.acks.durable) {
      Source& source = sources_[token / kSourceNumbers];
      source.acked = std::max(source.acked, token % kSourceNumbers);
    }
    journal_.acks.durable.clear();
  }

  void FinishOne(Given& given) {
    auto& held = given.output->held;
    Look(given);
    if (held.empty()) return;
    const size_t which = eager_ ? 0 : random_->Below(held.size());
    const Chunk chunk = held[which];
    held.erase(held.begin() + static_cast<std::ptrdiff_t>(which));
    given.output->cursor->Finish(chunk.lane(), chunk.window(), "note");
    for (const DeliveredEvent& event : EventsOf(chunk)) {
      given.finished.emplace(event.lane, event.sequence);
    }
  }

  void Save(size_t output) {
    auto finished = given_[output].finished;
    given_[output].output->cursor->Save(
        "saved", [this, output, finished = std::move(finished)](const Status& status) {
          if (status.ok()) oracle_.Finished(output, finished);
        });
  }

  void Look(Given& given) {
    const size_t index = &given == &given_[0] ? 0 : 1;
    const auto& events = given.output->events;
    for (; given.looked_at < events.size(); ++given.looked_at) {
      oracle_.Delivered(index, events[given.looked_at]);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

  std::set<uint64_t> AllRoutedTo(size_t output) const {
    std::set<uint64_t> numbers;
    for (size_t source = 0; source < sources_.size(); ++source) {
      for (uint64_t n = 1; n < sources_[source].next; ++n) {
        const uint64_t number = source * kSourceNumbers + n;
        if (JournalOracle::RoutedTo(number, output)) numbers.insert(number);
      }
    }
    return numbers;
  }

  void Drain() {
    journal_.disk.SetFault(nullptr);
    for (Given& given : given_) {
      given.output->holds = false;
      given.output->Pump();
    }
    journal_.Settle(std::chrono::seconds(5));
    for (Given& given : given_) {
      Look(given);
      for (const Chunk& chunk : given.output->held) {
        given.output->cursor->Finish(chunk.lane(), chunk.window(), "");
      }
    }
    journal_.Settle();
    for (size_t i = 0; i < 2; ++i) {
      SCOPED_TRACE(kOutputs[i]);
      Look(given_[i]);
      EXPECT_EQ(given_[i].output->cursor->held_events(), 0u);
      if (settings_.lying) continue;
      EXPECT_EQ(given_[i].output->cursor->damaged_events(), 0u);
      EXPECT_EQ(given_[i].output->cursor->gap_events(), 0u);
      EXPECT_EQ(oracle_.numbers(i), AllRoutedTo(i));
    }
    for (Given& given : given_) given.output.reset();
    journal_.Kill();
  }

  static constexpr EventTime kTime{1'800'000'000, 0};
  const Settings settings_;
  bool large_ = false;
  uint64_t cut_in_ = 0;  // The power goes with so many calls of the disk from now.
  bool is_cut_ = false;
  bool eager_ = false;  // Outputs finish what they have, in order.
  JournalFixture journal_;
  std::unique_ptr<Random> random_;
  std::vector<Source> sources_;
  Given given_[2];
  JournalOracle oracle_;
};

// ANDON_SEED runs one seed, ANDON_SEEDS another number of them.
void RunSeeds(const Settings& settings, uint64_t seeds) {
  const char* one = std::getenv("ANDON_SEED");
  const char* many = std::getenv("ANDON_SEEDS");
  const uint64_t from = one == nullptr ? 1 : std::strtoull(one, nullptr, 10);
  if (many != nullptr) seeds = std::strtoull(many, nullptr, 10);
  const uint64_t to = one == nullptr ? seeds : from;
  for (uint64_t seed = from; seed <= to; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Model(seed, settings).Live(4);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(JournalModelTest, KilledProcessesLoseAndDoubleNothing) { RunSeeds({.power_cuts = false}, 40); }

TEST(JournalModelTest, PowerCutsLoseAndDoubleNothing) { RunSeeds({}, 60); }

TEST(JournalModelTest, FailingWritesAndSyncsLoseAndDoubleNothing) {
  RunSeeds({.faults = true}, 60);
}

TEST(JournalModelTest, ALyingDiskNeverMakesWrongEvents) { RunSeeds({.lying = true}, 40); }

}  // namespace
}  // namespace andon
