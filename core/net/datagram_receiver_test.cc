#include "core/net/datagram_receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "test/support/net_fixture.h"

namespace andon {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

struct DatagramTest : NetFixture {
  DatagramTest() { options.address = {Address::Kind::kUdp, "127.0.0.1", 0}; }
  void Bind() {
    auto made = network->Bind(options, [this](std::span<const Datagram> datagrams) {
      batches.push_back(datagrams.size());
      for (const Datagram& one : datagrams) {
        got.emplace_back(AsText(one.bytes));
        peers.emplace_back(one.peer);
        truncated.push_back(one.truncated);
      }
    });
    ASSERT_TRUE(made.ok()) << made.status().message();
    socket = *std::move(made);
  }
  DatagramOptions options;
  std::unique_ptr<DatagramSocket> socket;
  std::vector<size_t> batches;
  std::vector<std::string> got;
  std::vector<std::string> peers;
  std::vector<bool> truncated;
};

TEST_F(DatagramTest, ABurstComesInBatchesOfUpTo64WithItsSender) {
  Bind();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(socket->SendTo(AsBytes(std::to_string(i)), socket->address()).ok());
  }
  ASSERT_TRUE(RunUntil([&] { return got.size() == 100; }));
  EXPECT_THAT(batches, ElementsAre(64, 36));
  for (size_t i = 0; i < 100; ++i) EXPECT_EQ(got[i], std::to_string(i));
  EXPECT_THAT(peers, Each("127.0.0.1:" + std::to_string(socket->address().port)));
}

TEST_F(DatagramTest, EmptyAndLargestDatagramsArriveWhole) {
  Bind();
  const std::string largest(65507, 'x');
  ASSERT_TRUE(socket->SendTo({}, socket->address()).ok());
  ASSERT_TRUE(socket->SendTo(AsBytes(largest), socket->address()).ok());
  ASSERT_TRUE(RunUntil([&] { return got.size() == 2; }));
  EXPECT_EQ(got[0], "");
  EXPECT_TRUE(got[1] == largest);
  EXPECT_THAT(truncated, Each(false));
}

TEST_F(DatagramTest, ADatagramThatIsTooLongIsCutAndMarked) {
  options.max_datagram_bytes = 4;
  Bind();
  ASSERT_TRUE(socket->SendTo(AsBytes("1234"), socket->address()).ok());
  ASSERT_TRUE(socket->SendTo(AsBytes("12345"), socket->address()).ok());
  ASSERT_TRUE(RunUntil([&] { return got.size() == 2; }));
  EXPECT_THAT(got, ElementsAre("1234", "1234"));
  EXPECT_THAT(truncated, ElementsAre(false, true));
}

TEST_F(DatagramTest, WhatTheKernelDropsIsCountedOnceEvenBeforeTheNextDatagram) {
  options.receive_buffer_bytes = 1;  // The kernel makes its smallest of it.
  Bind();
  socket->Pause();
  constexpr uint64_t kSent = 200;
  for (uint64_t i = 0; i < kSent; ++i) {
    ASSERT_TRUE(socket->SendTo(AsBytes(std::string(500, 'x')), socket->address()).ok());
  }
  const uint64_t drops = socket->TakeDrops();
  EXPECT_GT(drops, 0U);
  EXPECT_EQ(socket->TakeDrops(), 0U);
  socket->Resume();
  ASSERT_TRUE(RunUntil([&] { return got.size() + drops == kSent; }));
}

TEST_F(DatagramTest, DropsThatWereReportedAreNotReportedAgainAfterAReload) {
  options.receive_buffer_bytes = 1;
  {
    const BoundSocket any = *OpenDatagramSocket(options);
    options.address = any.address;
  }
  Bind();
  socket->Pause();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(socket->SendTo(AsBytes(std::string(500, 'x')), socket->address()).ok());
  }
  EXPECT_GT(socket->TakeDrops(), 0U);
  keeper.ReleaseUnclaimed();
  const std::unique_ptr<DatagramSocket> old = std::move(socket);
  Bind();
  EXPECT_EQ(socket->TakeDrops(), 0U);
}

TEST_F(DatagramTest, TheDropCounterMayWrap) {
  auto bound = OpenDatagramSocket(options);
  auto shared = std::make_shared<SharedSocket>(*std::move(bound));
  shared->reported_drops() = 0xffffffffU - 4;  // Five before the kernel was at 0 again.
  auto made = DatagramReceiver::Make(*loop, shared, std::make_shared<DatagramArena>(), options,
                                     [](std::span<const Datagram>) {});
  ASSERT_TRUE(made.ok());
  EXPECT_EQ((*made)->TakeDrops(), 5U);
}

TEST_F(DatagramTest, AUnixSocketTakesDatagramsOfThoseWithoutAName) {
  options.address = {Address::Kind::kUnixDatagram, folder + "/log", 0};
  Bind();
  ASSERT_TRUE(socket->SendTo(AsBytes("named"), options.address).ok());
  const UniqueFd nameless(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto to = NumericAddress(options.address);
  ASSERT_EQ(::sendto(nameless.get(), "less", 4, 0, to->get(), to->length), 4);
  ASSERT_TRUE(RunUntil([&] { return got.size() == 2; }));
  EXPECT_THAT(got, ElementsAre("named", "less"));
  EXPECT_THAT(peers, Each(""));
  EXPECT_EQ(socket->TakeDrops(), 0U);
  keeper.ReleaseUnclaimed();
  socket.reset();
  EXPECT_TRUE(std::filesystem::exists(options.address.host));
  keeper.ReleaseUnclaimed();
  EXPECT_FALSE(std::filesystem::exists(options.address.host));
}

TEST_F(DatagramTest, TheSocketMayBeDestroyedInsideItsCallback) {
  auto made = network->Bind(options, [this](std::span<const Datagram> datagrams) {
    socket.reset();
    got.emplace_back(AsText(datagrams[0].bytes));
  });
  socket = *std::move(made);
  ASSERT_TRUE(socket->SendTo(AsBytes("last"), socket->address()).ok());
  EXPECT_TRUE(RunUntil([&] { return !got.empty(); }));
  EXPECT_EQ(got[0], "last");
}

TEST_F(DatagramTest, APortThatNobodyHasDoesNotDisturbTheReceiver) {
  Bind();
  Address nobody;
  {
    DatagramOptions other = options;
    auto closed = OpenDatagramSocket(other);
    nobody = closed->address;
  }
  (void)socket->SendTo(AsBytes("x"), nobody);  // Its refusal comes back as an error.
  (void)socket->SendTo(AsBytes("x"), nobody);
  ASSERT_TRUE(socket->SendTo(AsBytes("y"), socket->address()).ok());
  EXPECT_TRUE(RunUntil([&] { return got.size() == 1; }));
}

TEST_F(DatagramTest, ATargetMustBeANumber) {
  Bind();
  EXPECT_FALSE(socket->SendTo(AsBytes("x"), {Address::Kind::kUdp, "example.com", 1}).ok());
}

}  // namespace
}  // namespace andon
