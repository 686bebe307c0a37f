// From one andon to the next every event is stored once, whatever is cut off or killed, and
// whenever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "test/conformance/forward/hop_rig.h"

namespace andon {
namespace {

using namespace std::chrono_literals;

struct Hop {
  explicit Hop(uint64_t seed = 1, FakeWorld::Order order = FakeWorld::Order::kFifo)
      : world(order, seed), wire(world) {}
  void AddReceiver(const std::string& host, const std::string& yaml = "{}") {
    receivers.push_back(std::make_unique<RigReceiver>(world, wire, host, yaml));
    receivers.back()->Start();
  }
  // Every event is stored by one receiver, once.
  void ExpectOnce(Sequence events) {
    std::map<std::string, int> stored;
    for (const auto& receiver : receivers) {
      for (const auto& [record, count] : receiver->journal().stored()) stored[record] += count;
    }
    EXPECT_EQ(stored.size(), events);
    for (const auto& [record, count] : stored) EXPECT_EQ(count, 1) << record;
  }
  FakeWorld world;
  FakeWire wire;
  std::vector<std::unique_ptr<RigReceiver>> receivers;
};

const char* const kOneServer = "{servers: [{address: \"one:24224\"}]}";

// The bytes of the whole exchange, both ways, are cut at each place in turn.
void CutEverywhere(const std::string& sender_yaml, const std::string& receiver_yaml) {
  uint64_t bytes = 0;
  for (uint64_t cut = 0; cut == 0 || cut < bytes; ++cut) {
    SCOPED_TRACE(cut);
    Hop hop;
    hop.AddReceiver("one", receiver_yaml);
    RigSender sender(hop.world, hop.wire,
                     {.yaml = sender_yaml, .events = 12, .chunk_events = 3, .fixed_chunks = true});
    if (cut > 0) hop.wire.CutAtByte(cut);
    sender.Start();
    ASSERT_TRUE(hop.world.RunUntil([&] { return sender.done(); }, 10min));
    if (cut == 0) bytes = hop.wire.bytes_sent();
    hop.ExpectOnce(12);
    EXPECT_EQ(sender.possibly_doubled(), 0u);
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(bytes, 500u);
}

TEST(HopTest, ACutAtAnyByteLosesAndDoublesNothing) { CutEverywhere(kOneServer, "{}"); }

TEST(HopTest, ACutAtAnyByteOfHandshakeAndCompressedEntriesToo) {
  CutEverywhere(
      "{servers: [{address: \"one:24224\", username: u, password: p}], shared_key: k, "
      "self_hostname: s, compress: gzip}",
      "{security: {shared_key: k, self_hostname: r, users: [{username: u, password: p}]}}");
}

TEST(HopTest, AWrongKeyOrUserGetsNothingThrough) {
  const std::string receiver =
      "{security: {shared_key: k, self_hostname: r, users: [{username: u, password: p}]}}";
  for (const std::string yaml :
       {"{servers: [{address: \"one:24224\", username: u, password: p}], shared_key: x}",
        "{servers: [{address: \"one:24224\", username: u, password: x}], shared_key: k}",
        "{servers: [{address: \"one:24224\"}], shared_key: k}",
        "{servers: [{address: \"one:24224\"}]}"}) {
    Hop hop;
    hop.AddReceiver("one", receiver);
    RigSender sender(hop.world, hop.wire, {.yaml = yaml, .events = 10});
    sender.Start();
    EXPECT_FALSE(hop.world.RunUntil([&] { return sender.done(); }, 2min));
    hop.ExpectOnce(0);
  }
}

TEST(HopTest, AReceiverKilledAtAnyMomentOfTheExchange) {
  for (int step = 0; step < 400; ++step) {
    SCOPED_TRACE(step);
    Hop hop;
    hop.AddReceiver("one");
    RigSender sender(hop.world, hop.wire,
                     {.yaml = kOneServer, .events = 30, .chunk_events = 4, .fixed_chunks = true});
    sender.Start();
    for (int i = 0; i < step && hop.world.Step(); ++i) {
    }
    hop.world.Advance(Duration(1ms) * (step % 7));
    hop.receivers[0]->Kill();
    hop.world.Advance(100ms);
    hop.receivers[0]->Start();
    ASSERT_TRUE(hop.world.RunUntil([&] { return sender.done(); }, 10min));
    hop.ExpectOnce(30);
  }
}

TEST(HopTest, ASenderKilledAtAnyMomentSendsWithOtherBounds) {
  for (int step = 0; step < 400; ++step) {
    SCOPED_TRACE(step);
    Hop hop(static_cast<uint64_t>(step) + 1);
    hop.AddReceiver("one");
    RigSender sender(hop.world, hop.wire, {.yaml = kOneServer, .events = 30, .chunk_events = 7});
    sender.Start();
    for (int i = 0; i < step && hop.world.Step(); ++i) {
    }
    hop.world.Advance(Duration(1ms) * (step % 60));
    sender.Kill();
    sender.Start();
    ASSERT_TRUE(hop.world.RunUntil([&] { return sender.done(); }, 10min));
    hop.ExpectOnce(30);
  }
}

// Two servers, everything goes wrong that can, everybody is killed now and then.
void Storm(uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  constexpr Sequence kEvents = 1500;
  Hop hop(seed, seed % 2 == 0 ? FakeWorld::Order::kFifo : FakeWorld::Order::kRandom);
  hop.AddReceiver("one");
  hop.AddReceiver("two");
  RigSender sender(hop.world, hop.wire,
                   {.yaml = "{servers: [{address: \"one:24224\"}, {address: \"two:24224\"}], "
                            "ack_timeout: 3s, in_doubt_timeout: 1000h}",
                    .events = kEvents,
                    .chunk_events = 60});
  hop.wire.faults = {.max_delay = 20ms,
                     .refuse_connect = 0.1,
                     .lose_connect = 0.02,
                     .cut = 0.01,
                     .half_open = 0.002,
                     .partial = 0.3,
                     .window_bytes = 2000};
  sender.Start();
  Random& random = hop.world.random();
  for (int round = 0; round < 300 && !sender.done(); ++round) {
    hop.world.Advance(Duration(1ms) * static_cast<int>(random.Below(400)));
    switch (random.Below(6)) {
      case 0:
        sender.Kill();
        hop.world.Advance(Duration(1ms) * static_cast<int>(random.Below(500)));
        sender.Start();
        break;
      case 1:
      case 2: {
        RigReceiver& receiver = *hop.receivers[random.Below(2)];
        receiver.Kill();
        hop.world.Advance(Duration(1ms) * static_cast<int>(random.Below(3000)));
        receiver.Start();
        break;
      }
      case 3:
        hop.wire.Cut();
        break;
      default:
        break;
    }
  }
  hop.wire.faults = {};
  ASSERT_TRUE(hop.world.RunUntil([&] { return sender.done(); }, 3h));
  hop.ExpectOnce(kEvents);
  sender.Kill();
  EXPECT_EQ(sender.possibly_doubled(), 0u);
}

TEST(HopTest, StormsOfCutsDelaysAndKillsStoreEachEventOnce) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    Storm(seed);
    if (HasFailure()) return;
  }
}

TEST(HopTest, AServerThatStaysAwayHoldsBackOnlyWhatItMayHave) {
  Hop hop;
  hop.AddReceiver("one");
  hop.AddReceiver("two");
  RigSender sender(hop.world, hop.wire,
                   {.yaml = "{servers: [{address: \"one:24224\"}, {address: \"two:24224\", "
                            "standby: true}], in_doubt_timeout: 5m}",
                    .events = 500,
                    .chunk_events = 10});
  sender.Start();
  hop.world.Advance(30ms);
  hop.receivers[0]->Kill();
  hop.world.Advance(1min);
  EXPECT_FALSE(sender.done());
  EXPECT_GT(hop.receivers[1]->journal().stored().size(), 300u);
  ASSERT_TRUE(hop.world.RunUntil([&] { return sender.done(); }, 10min));
  sender.Kill();
  EXPECT_GT(sender.possibly_doubled(), 0u);
  EXPECT_LE(sender.possibly_doubled(), 40u);
}

}  // namespace
}  // namespace andon
