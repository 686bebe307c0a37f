#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>

#include "core/net/socket_address.h"
#include "core/net/tls_context.h"
#include "core/net/tls_handshake.h"
#include "core/net/unique_fd.h"
#include "test/support/net_fixture.h"
#include "test/support/test_authority.h"

namespace andon {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Of the certificate that a server's connection would show.
std::string OwnName(SSL* tls) {
  char text[64] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get_certificate(tls)), NID_commonName, text,
                            sizeof text);
  return text;
}

struct TlsTest : NetFixture {
  TlsTest() {
    server_files = authority.Issue("collector.example", "DNS:localhost,IP:127.0.0.1");
    listen.tls.enabled = true;
    Serve(server_files);
    connect.tls.enabled = true;
    connect.tls.ca = authority.ca_file();
  }
  void Serve(const CertificateFiles& files) {
    listen.tls.certificate = files.certificate;
    listen.tls.key = files.key;
  }
  void UseClientCertificate(const CertificateFiles& files) {
    connect.tls.certificate = files.certificate;
    connect.tls.key = files.key;
  }
  void DemandClientCertificate() {
    listen.tls.client_certificate = true;
    listen.tls.ca = authority.ca_file();
  }
  // Listens and connects; waits until the client knows.
  Status Meet() {
    const Status status = Listen(listen);
    if (!status.ok()) return status;
    Connect(connect);
    EXPECT_TRUE(RunUntil([&] { return connect_done; }));
    return connect_status;
  }
  std::string MeetError() { return std::string(Meet().message()); }

  TestAuthority authority{folder, "ca"};
  CertificateFiles server_files;
  ListenOptions listen = OnLoopback();
  ConnectOptions connect;
};

TEST_F(TlsTest, BothEndsWriteMuchAndReadAllOfIt) {
  ASSERT_TRUE(Meet().ok()) << connect_status.message();
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += std::to_string(i) + "\n";
  client.read_bytes = 1 << 16;
  server.read_bytes = 1 << 16;
  client.Send(text);
  server.Send(text);
  ASSERT_TRUE(RunUntil([&] {
    return server.got.size() == text.size() && client.got.size() == text.size();
  })) << server.got.size()
      << " " << client.got.size();
  EXPECT_TRUE(server.got == text);
  EXPECT_TRUE(client.got == text);
}

// One record is 16 KiB: what is left of it inside OpenSSL is announced by nobody else.
TEST_F(TlsTest, SmallReadsGetAllThatOpensslHolds) {
  ASSERT_TRUE(Meet().ok());
  server.read_bytes = 7;
  client.Send(std::string(20'000, 'x'));
  ASSERT_TRUE(RunUntil([&] { return server.got.size() == 20'000; })) << server.got.size();
  const uint64_t calls = server.calls;
  RunFor(milliseconds(10));
  EXPECT_EQ(server.calls, calls) << "ready is called although nothing is there";
}

TEST_F(TlsTest, WhatWasHeldWhileReadingWasPausedComesAfterwards) {
  ASSERT_TRUE(Meet().ok());
  server.read_bytes = 5;
  client.Send("hello, world");
  ASSERT_TRUE(RunUntil([&] { return server.got.size() >= 5; }));
  server.PauseReading(true);
  const size_t before = server.got.size();
  RunFor(milliseconds(5));
  EXPECT_EQ(server.got.size(), before);
  server.PauseReading(false);
  EXPECT_TRUE(RunUntil([&] { return server.got == "hello, world"; }));
}

TEST_F(TlsTest, ManySmallPiecesAndABlockedSocketLoseNothing) {
  ASSERT_TRUE(Meet().ok());
  ASSERT_TRUE(RunUntil([&] { return server.connected(); }));
  server.PauseReading(true);
  std::string text;
  std::vector<std::string> parts;
  for (int i = 0; i < 64; ++i) {
    parts.emplace_back(static_cast<size_t>(i * 37 % 900), static_cast<char>('a' + i % 26));
  }
  std::vector<Bytes> pieces;
  for (const std::string& part : parts) pieces.push_back(AsBytes(part));
  std::string all;
  for (const std::string& part : parts) all += part;
  IoResult put;
  do {
    put = client.stream().Write(pieces);
    text += all.substr(0, put.bytes);
  } while (put.outcome == IoResult::Outcome::kDone && put.bytes == all.size());
  ASSERT_EQ(put.outcome == IoResult::Outcome::kEnd, false);
  // Nobody asks to write any more: what was taken is sent all the same.
  server.PauseReading(false);
  server.read_bytes = 1 << 16;
  ASSERT_TRUE(RunUntil([&] { return server.got.size() == text.size(); }));
  EXPECT_TRUE(server.got == text);
}

TEST_F(TlsTest, AfterShutdownTheOtherEndSeesAnOrderlyEndBehindAllBytes) {
  ASSERT_TRUE(Meet().ok());
  const std::string text(3'000'000, 'y');
  client.Send(text);
  server.read_bytes = 1 << 16;
  ASSERT_TRUE(RunUntil([&] { return client.to_send.empty(); }));
  client.stream().ShutdownWrite();
  ASSERT_TRUE(RunUntil([&] { return server.ended; }));
  EXPECT_EQ(server.got.size(), text.size());
  EXPECT_TRUE(server.error.ok()) << server.error.message();
  server.Send("answer");
  EXPECT_TRUE(RunUntil([&] { return client.got == "answer"; }));
}

TEST_F(TlsTest, AConnectionThatIsJustClosedIsAnEndToo) {
  ASSERT_TRUE(Meet().ok());
  client.Send("bye");
  ASSERT_TRUE(RunUntil([&] { return server.got == "bye"; }));
  ::shutdown(client.stream().fd(), SHUT_WR);  // Without TLS's own farewell.
  ASSERT_TRUE(RunUntil([&] { return server.ended; }));
  EXPECT_TRUE(server.error.ok()) << server.error.message();
}

TEST_F(TlsTest, TheServerKnowsTheVerifiedClientByItsName) {
  DemandClientCertificate();
  UseClientCertificate(authority.Issue("web-7", "DNS:other"));
  ASSERT_TRUE(Meet().ok()) << connect_status.message();
  ASSERT_TRUE(RunUntil([&] { return server.connected(); }));
  EXPECT_EQ(server.stream().peer_identity(), "web-7");
  EXPECT_EQ(client.stream().peer_identity(), "collector.example");
}

TEST_F(TlsTest, WithoutACommonNameTheFirstDnsNameIsTheIdentity) {
  DemandClientCertificate();
  UseClientCertificate(authority.Issue("", "IP:10.0.0.1,DNS:web-8,DNS:web-9"));
  ASSERT_TRUE(Meet().ok());
  ASSERT_TRUE(RunUntil([&] { return server.connected(); }));
  EXPECT_EQ(server.stream().peer_identity(), "web-8");
}

TEST_F(TlsTest, AClientWithoutACertificateOrWithAStrangersIsNotAccepted) {
  DemandClientCertificate();
  const TestAuthority stranger(folder, "stranger");
  for (const bool with_certificate : {false, true}) {
    if (with_certificate) UseClientCertificate(stranger.Issue("web-7", ""));
    // With TLS 1.3 the client learns of it when it reads.
    (void)Meet();
    ASSERT_TRUE(RunUntil([&] { return !connect_status.ok() || client.ended; }));
    EXPECT_FALSE(server.connected());
    keeper.ReleaseUnclaimed();
  }
}

TEST_F(TlsTest, WithoutACheckNobodyHasAnIdentity) {
  connect.tls.verify = false;
  ASSERT_TRUE(Meet().ok());
  ASSERT_TRUE(RunUntil([&] { return server.connected(); }));
  EXPECT_EQ(client.stream().peer_identity(), "");
  EXPECT_EQ(server.stream().peer_identity(), "");
}

TEST_F(TlsTest, AnUnknownAuthorityIsNamedAsTheReason) {
  const TestAuthority stranger(folder, "stranger");
  connect.tls.ca = stranger.ca_file();
  EXPECT_THAT(MeetError(), AllOf(StartsWith("connect tcp://127.0.0.1:"),
                                 HasSubstr("the peer's certificate is not accepted: "
                                           "unable to get local issuer certificate")));
}

TEST_F(TlsTest, AnExpiredCertificateIsNamedAsTheReason) {
  Serve(authority.Issue("old", "IP:127.0.0.1", -60));
  EXPECT_THAT(MeetError(), HasSubstr("not accepted: certificate has expired"));
}

TEST_F(TlsTest, ACertificateMustBeForTheNameThatWasAskedFor) {
  Serve(authority.Issue("collector.example", "DNS:collector.example"));
  EXPECT_THAT(MeetError(), HasSubstr("IP address mismatch"));
  keeper.ReleaseUnclaimed();
  connect.tls.server_name = "other.example";
  EXPECT_THAT(MeetError(), HasSubstr("hostname mismatch"));
  keeper.ReleaseUnclaimed();
  connect.tls.server_name = "collector.example";
  EXPECT_TRUE(Meet().ok()) << connect_status.message();
}

TEST_F(TlsTest, AClientsFilesCanBeCheckedBeforeItConnects) {
  EXPECT_TRUE(network->CheckTls(connect.tls).ok());
  connect.tls.ca = folder + "/gone.pem";
  EXPECT_EQ(network->CheckTls(connect.tls).message(),
            "tls ca " + folder + "/gone.pem: No such file or directory");
}

TEST_F(TlsTest, APlainServerIsNoTlsServer) {
  listen.tls = {};
  ASSERT_TRUE(Listen(listen).ok());
  server.Send("220 mail.example ESMTP\r\n");
  Connect(connect);
  ASSERT_TRUE(RunUntil([&] { return connect_done; }));
  EXPECT_THAT(std::string(connect_status.message()),
              HasSubstr("wrong version number: the peer does not speak TLS"));
}

TEST_F(TlsTest, APlainClientIsRefusedAndTheNextOneServed) {
  ASSERT_TRUE(Listen(listen).ok());
  Connect();
  client.Send("<13>Nov 21 12:00:00 host app: not tls\n");
  ASSERT_TRUE(RunUntil([&] { return client.ended; }));
  EXPECT_FALSE(server.connected());
  Connect(connect);
  EXPECT_TRUE(RunUntil([&] { return server.connected(); }));
}

TEST_F(TlsTest, TheMinimumVersionHolds) {
  listen.tls.minimum_version = TlsVersion::k13;
  ASSERT_TRUE(Listen(listen).ok());
  auto context = TlsContext::Make(connect.tls, TlsSide::kClient);
  TlsPointer old = (*context)->NewConnection(loop->Now());
  SSL_set_max_proto_version(old.get(), TLS1_2_VERSION);
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto to = NumericAddress(address);
  ASSERT_EQ(::connect(fd.get(), to->get(), to->length), 0);
  TlsHandshake handshake(*loop,
                         std::make_unique<TlsConnection>(std::move(old), UniqueFd(::dup(fd.get())),
                                                         TlsSide::kClient, "old"));
  Status status;
  handshake.Start(std::chrono::seconds(5),
                  [&](Result<std::unique_ptr<Stream>> result) { status = result.status(); });
  ASSERT_TRUE(RunUntil([&] { return !status.ok(); }));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("the peer takes no TLS version that is allowed here"));
  EXPECT_FALSE(server.connected());
}

TEST_F(TlsTest, APeerThatSaysNothingIsGivenUp) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  const UniqueFd silent(ends[0]);
  auto context = TlsContext::Make(listen.tls, TlsSide::kServer);
  ASSERT_TRUE(context.ok());
  TlsHandshake handshake(
      *loop, std::make_unique<TlsConnection>((*context)->NewConnection(loop->Now()),
                                             UniqueFd(ends[1]), TlsSide::kServer, "silent"));
  Status status;
  handshake.Start(milliseconds(5),
                  [&](Result<std::unique_ptr<Stream>> result) { status = result.status(); });
  ASSERT_TRUE(RunUntil([&] { return !status.ok(); }));
  EXPECT_EQ(status.message(), "silent: tls: the handshake took too long");
}

TEST_F(TlsTest, APeerThatLeavesDuringTheHandshakeIsNamed) {
  listen.tls = {};
  ASSERT_TRUE(Listen(listen).ok());
  Connect(connect);
  ASSERT_TRUE(RunUntil([&] { return !server.got.empty(); }));
  server.Close();
  ASSERT_TRUE(RunUntil([&] { return connect_done; }));
  EXPECT_THAT(std::string(connect_status.message()),
              AllOf(StartsWith("connect tcp://127.0.0.1:"),
                    HasSubstr("closed the connection during the handshake")));
}

TEST_F(TlsTest, AHundredHandshakesAtOnceAndAListenerThatGoesMeanwhile) {
  ASSERT_TRUE(Listen(listen).ok());
  std::vector<std::unique_ptr<Connecting>> attempts;
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < 100; ++i) {
    connect.address = address;
    attempts.push_back(network->Connect(connect, [&](Result<std::unique_ptr<Stream>> stream) {
      if (stream.ok()) streams.push_back(*std::move(stream));
    }));
  }
  ASSERT_TRUE(RunUntil([&] { return streams.size() >= 10; }));
  listener.reset();
  keeper.ReleaseUnclaimed();
  RunFor(milliseconds(20));
  attempts.clear();
}

TEST_F(TlsTest, ARenewedCertificateIsUsedWithoutAReload) {
  auto context = TlsContext::Make(listen.tls, TlsSide::kServer);
  ASSERT_TRUE(context.ok());
  const MonotonicTime now = loop->Now();
  const TlsPointer before = (*context)->NewConnection(now);
  ASSERT_NE(before, nullptr);

  const CertificateFiles renewed = authority.Issue("renewed", "IP:127.0.0.1");
  std::filesystem::rename(renewed.certificate, server_files.certificate);
  // Half of the renewal: the old one stays in use.
  EXPECT_NE((*context)->NewConnection(now + std::chrono::seconds(11)), nullptr);
  std::filesystem::rename(renewed.key, server_files.key);
  const TlsPointer after = (*context)->NewConnection(now + std::chrono::seconds(22));
  EXPECT_EQ(OwnName(after.get()), "renewed");
  EXPECT_EQ(OwnName(before.get()), "collector.example");
}

struct TlsFilesTest : TlsTest {
  std::string Error(TlsSide side = TlsSide::kServer) {
    const auto made = MakeTlsContext(listen.tls, side);
    if (made.ok()) return {};
    EXPECT_EQ(made.status().code(), StatusCode::kInvalidConfig);
    return std::string(made.status().message());
  }
  std::string WriteFile(const std::string& name, const std::string& text) const {
    std::ofstream(folder + "/" + name) << text;
    return folder + "/" + name;
  }
};

TEST_F(TlsFilesTest, AMissingFileIsNamed) {
  EXPECT_EQ(Error(), "");
  listen.tls.certificate = "/no/such.pem";
  EXPECT_EQ(Error(), "tls certificate /no/such.pem: No such file or directory");
  Serve(server_files);
  listen.tls.key = "/no/such.key";
  EXPECT_EQ(Error(), "tls key /no/such.key: No such file or directory");
  Serve(server_files);
  DemandClientCertificate();
  listen.tls.ca = "/no/ca.pem";
  EXPECT_EQ(Error(), "tls ca /no/ca.pem: No such file or directory");
}

TEST_F(TlsFilesTest, AFileWithoutWhatIsWantedIsNamed) {
  listen.tls.certificate = WriteFile("junk.pem", "not a certificate");
  EXPECT_THAT(Error(), StartsWith("tls certificate " + folder +
                                  "/junk.pem: no certificate in PEM form can be read ("));
  Serve(server_files);
  listen.tls.key = server_files.certificate;
  EXPECT_THAT(Error(), HasSubstr("no private key in PEM form can be read ("));
  Serve(server_files);
  DemandClientCertificate();
  listen.tls.ca = WriteFile("empty.pem", "");
  EXPECT_THAT(Error(), HasSubstr("tls ca " + folder + "/empty.pem: no certificate"));
}

TEST_F(TlsFilesTest, AKeyOfAnotherCertificateIsNamed) {
  listen.tls.key = authority.Issue("other", "").key;
  EXPECT_EQ(Error(), "tls key " + listen.tls.key + ": does not belong to certificate " +
                         listen.tls.certificate);
}

TEST_F(TlsFilesTest, AProtectedKeyIsRefusedWithoutAskingAtTheTerminal) {
  listen.tls.key = authority.Protect(server_files);
  EXPECT_EQ(Error(),
            "tls key " + listen.tls.key + ": is protected by a passphrase; store it without one");
}

TEST_F(TlsFilesTest, WhatMustComeTogetherIsSaid) {
  listen.tls.key = "";
  EXPECT_EQ(Error(), "tls: certificate and key must be given together");
  listen.tls.certificate = "";
  EXPECT_EQ(Error(), "tls: a server needs certificate and key");
  EXPECT_EQ(Error(TlsSide::kClient), "");
  Serve(server_files);
  listen.tls.client_certificate = true;
  EXPECT_EQ(Error(), "tls: client_certificate needs ca, which clients are checked against");
}

TEST_F(TlsFilesTest, ListenAndConnectNameTheAddressInFrontOfTheFile) {
  listen.tls.key = connect.tls.ca = "/no/such.pem";
  EXPECT_EQ(Listen(listen).message(),
            "listen tcp://127.0.0.1:0: tls key /no/such.pem: No such file or directory");
  address = {Address::Kind::kTcp, "127.0.0.1", 1};
  Connect(connect);
  ASSERT_FALSE(connect_done);
  ASSERT_TRUE(RunUntil([&] { return connect_done; }));
  EXPECT_EQ(connect_status.message(),
            "connect tcp://127.0.0.1:1: tls ca /no/such.pem: No such file or directory");
}

}  // namespace
}  // namespace andon
