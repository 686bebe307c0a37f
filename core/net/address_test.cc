#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/net/socket_address.h"
#include "core/net/stream.h"

namespace andon {
namespace {

using Kind = Address::Kind;

std::string Parsed(std::string_view text, Kind kind = Kind::kTcp,
                   std::optional<uint16_t> port = std::nullopt) {
  const auto address = ParseAddress(text, kind, port);
  if (address.ok()) return address->ToString();
  EXPECT_EQ(address.status().code(), StatusCode::kInvalidConfig);
  return std::string(address.status().message());
}

TEST(AddressTest, ReadsEverySchemeAndWritesItBack) {
  EXPECT_EQ(Parsed("tcp://0.0.0.0:24224"), "tcp://0.0.0.0:24224");
  EXPECT_EQ(Parsed("udp://log-1.example_x.com:514"), "udp://log-1.example_x.com:514");
  EXPECT_EQ(Parsed("tcp://[::1]:80"), "tcp://[::1]:80");
  EXPECT_EQ(Parsed("tcp://[fe80::1%eth0]:80"), "tcp://[fe80::1%eth0]:80");
  EXPECT_EQ(Parsed("unix:///run/a b.sock"), "unix:///run/a b.sock");
  EXPECT_EQ(Parsed("unixgram:///dev/log"), "unixgram:///dev/log");
}

TEST(AddressTest, WhatIsMissingIsTakenFromTheCaller) {
  EXPECT_EQ(Parsed("10.0.0.1:5"), "tcp://10.0.0.1:5");
  EXPECT_EQ(Parsed("10.0.0.1:5", Kind::kUdp), "udp://10.0.0.1:5");
  EXPECT_EQ(Parsed("host", Kind::kTcp, 24224), "tcp://host:24224");
  EXPECT_EQ(Parsed("[::1]", Kind::kTcp, 24224), "tcp://[::1]:24224");
  EXPECT_EQ(Parsed("host:0", Kind::kTcp, 24224), "tcp://host:0");
  EXPECT_EQ(Parsed("/run/x", Kind::kTcp), "unix:///run/x");
  EXPECT_EQ(Parsed("/run/x", Kind::kUdp), "unixgram:///run/x");
  EXPECT_EQ(Parsed("/run/x", Kind::kUnixDatagram), "unixgram:///run/x");
}

TEST(AddressTest, SaysWhatIsWrong) {
  EXPECT_EQ(Parsed("10.0.0.1"), "\"10.0.0.1\": port is missing");
  EXPECT_EQ(Parsed("10.0.0.1:"), "\"10.0.0.1:\": port is missing after the colon");
  EXPECT_EQ(Parsed("h:65536"), "\"h:65536\": port must be a number from 0 to 65535");
  EXPECT_EQ(Parsed("h:-1"), "\"h:-1\": port must be a number from 0 to 65535");
  EXPECT_EQ(Parsed("h:80/x"), "\"h:80/x\": port must be a number from 0 to 65535");
  EXPECT_EQ(Parsed("http://h:80"),
            "\"http://h:80\": unknown scheme; it must be one of tcp, udp, unix, unixgram");
  EXPECT_EQ(Parsed("::1:80"), "\"::1:80\": an IPv6 address must be in brackets: [::1]:80");
  EXPECT_EQ(Parsed("[::1:80"), "\"[::1:80\": ] is missing");
  EXPECT_EQ(Parsed("[::1]80"), "\"[::1]80\": after ] there must be :port");
  EXPECT_EQ(Parsed(":80"), "\":80\": host is missing; 0.0.0.0 or [::] stands for every interface");
  EXPECT_EQ(Parsed(""), "\"\": host is missing; 0.0.0.0 or [::] stands for every interface");
  EXPECT_EQ(Parsed("24224", Kind::kTcp, 1), "\"24224\": a port alone, write HOST:24224");
  EXPECT_EQ(Parsed("tcp://24224"), "\"tcp://24224\": a port alone, write HOST:24224");
  EXPECT_EQ(Parsed("514:514"), "\"514:514\": the host is a number");
  EXPECT_EQ(Parsed("a b:80"), "\"a b:80\": the host contains a character that no name has");
  EXPECT_EQ(Parsed("unix://run/x"),
            "\"unix://run/x\": the path of a unix socket must begin with /");
  const std::string longest = "/" + std::string(106, 'x');
  EXPECT_EQ(Parsed("unix://" + longest), "unix://" + longest);
  EXPECT_THAT(Parsed("unix://" + longest + "x"),
              ::testing::HasSubstr("may have at most 107 bytes, this has 108"));
}

TEST(AddressTest, RandomBytesAreEitherReadOrRefused) {
  const std::string alphabet = "[]:/%.tcpudnix0 19a\xff";
  uint64_t state = 1;
  for (uint64_t i = 0; i < 50'000; ++i) {
    std::string text;
    for (uint64_t left = i % 20; left > 0; --left) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      text += alphabet[(state >> 33) % alphabet.size()];
    }
    const auto address = ParseAddress(text, Kind::kTcp);
    if (!address.ok()) continue;
    const auto again = ParseAddress(address->ToString(), Kind::kUdp);
    ASSERT_TRUE(again.ok()) << text;
    EXPECT_EQ(*again, *address) << text;
  }
}

std::string Peer(const char* host, uint16_t port) {
  PeerText text;
  const auto address = NumericAddress({Kind::kTcp, host, port});
  return address.has_value() ? std::string(FormatPeer(*address, text)) : "no number";
}

TEST(SocketAddressTest, PeersAreShownWithTheirPort) {
  EXPECT_EQ(Peer("192.0.2.1", 514), "192.0.2.1:514");
  EXPECT_EQ(Peer("255.255.255.255", 65535), "255.255.255.255:65535");
  EXPECT_EQ(Peer("2001:db8::1", 1), "[2001:db8::1]:1");
  EXPECT_EQ(Peer("::ffff:192.0.2.1", 514), "192.0.2.1:514");
  EXPECT_EQ(Peer("example.com", 1), "no number");
  EXPECT_EQ(Peer("1.2.3", 1), "no number");
  PeerText text;
  EXPECT_EQ(FormatPeer(*NumericAddress({Kind::kUnix, "/x", 0}), text), "");
}

TEST(SocketAddressTest, TheWayToTheKernelAndBackKeepsTheAddress) {
  for (const Address& address : {Address{Kind::kTcp, "192.0.2.1", 80},
                                 {Kind::kUdp, "::1", 53},
                                 {Kind::kUnix, "/run/x.sock", 0}}) {
    EXPECT_EQ(ToAddress(*NumericAddress(address), address.kind), address);
  }
}

}  // namespace
}  // namespace andon
