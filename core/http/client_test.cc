#include "core/http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>

#include "core/http/url.h"
#include "test/support/http_peer.h"
#include "test/support/matchers.h"
#include "test/support/net_fixture.h"
#include "test/support/temp_folder.h"
#include "test/support/test_authority.h"

namespace andon::http {
namespace {

using std::chrono_literals::operator""ms;

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class HttpClientTest : public testing::Test {
 protected:
  void Serve(HttpPeer::Handler handler, const andon::TlsOptions& tls = {}) {
    peer.emplace(*network, std::move(handler), tls);
    client.emplace(*loop, options);
  }
  // Waits for the answer.
  Response Ask(Request request) {
    std::optional<Response> answer;
    const auto call = client->Send(std::move(request), [&](Response response) {
      answer = std::move(response);
      loop->Quit();
    });
    while (!answer.has_value()) loop->Run();
    return *std::move(answer);
  }
  Response Get(const std::string& path) { return Ask({.url = peer->url() + path}); }
  Response Post(const std::string& path, std::string_view body) {
    return Ask({.method = "POST", .url = peer->url() + path, .body = AsBytes(body)});
  }

  TempFolder temp_folder;
  const std::string& folder = temp_folder.path();
  std::unique_ptr<RunnableLoop> loop = MakeUvLoop();
  std::unique_ptr<Network> network = MakeRealNetwork(*loop, nullptr);
  ClientOptions options;
  std::optional<HttpPeer> peer;
  std::optional<Client> client;
};

HttpPeer::Reply Echo(const HttpPeer::Request& request) {
  return HttpPeer::Answer(200, request.method + " " + request.target + " " + request.body);
}

TEST_F(HttpClientTest, AnAnswerComesWithItsCodeTypeAndBody) {
  Serve([](const HttpPeer::Request&) { return HttpPeer::Answer(404, "gone", "text/plain"); });
  const Response response = Get("/a?b=c");
  ASSERT_THAT(response.status, IsOk());
  EXPECT_EQ(response.code, 404);
  EXPECT_EQ(response.content_type, "text/plain");
  EXPECT_EQ(response.body.text(), "gone");
  EXPECT_EQ(peer->requests().at(0).target, "/a?b=c");
}

// Which was not asked for; some proxies do it all the same.
TEST_F(HttpClientTest, AnAnswerThatWasPackedOnItsWayIsUnpacked) {
  constexpr char kPacked[] =
      "\037\213\010\000\000\000\000\000\002\003\253\126\312\054\111\315\055\126\262\212"
      "\216\255\005\000\035\037\103\352\014\000\000\000";
  const std::string packed(kPacked, sizeof kPacked - 1);
  Serve([&packed](const HttpPeer::Request& request) {
    EXPECT_EQ(request.headers.at("accept-encoding"), "identity");
    return HttpPeer::Reply{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                           std::to_string(packed.size()) + "\r\n\r\n" + packed};
  });
  const Response response = Get("/");
  ASSERT_THAT(response.status, IsOk());
  EXPECT_EQ(response.body.text(), R"({"items":[]})");
}

TEST_F(HttpClientTest, ALongBodyArrivesWholeAndTheConnectionIsKept) {
  Serve(Echo);
  std::string body;
  for (int i = 0; i < 1'000'000; ++i) body += std::to_string(i);
  EXPECT_EQ(Post("/x", body).body.text(), "POST /x " + body);
  EXPECT_EQ(Get("/y").body.text(), "GET /y ");
  EXPECT_EQ(Ask({.method = "PUT", .url = peer->url() + "/z", .body = AsBytes("1")}).body.text(),
            "PUT /z 1");
  EXPECT_EQ(Ask({.method = "DELETE", .url = peer->url() + "/z"}).body.text(), "DELETE /z ");
  EXPECT_EQ(peer->connections(), 1u);
  EXPECT_EQ(peer->requests().at(0).headers.count("expect"), 0u);
}

TEST_F(HttpClientTest, AnEmptyBodyHasALengthAndNoType) {
  Serve(Echo);
  EXPECT_EQ(Ask({.method = "POST", .url = peer->url() + "/r"}).body.text(), "POST /r ");
  EXPECT_EQ(peer->requests().at(0).headers.at("content-length"), "0");
  EXPECT_EQ(peer->requests().at(0).headers.count("content-type"), 0u);
}

TEST_F(HttpClientTest, HeadersAreSent) {
  Serve(Echo);
  Ask({.url = peer->url(), .headers = {"Authorization: ApiKey abc", "X-Two: 2"}});
  EXPECT_EQ(peer->requests().at(0).headers.at("authorization"), "ApiKey abc");
  EXPECT_EQ(peer->requests().at(0).headers.at("x-two"), "2");
}

TEST_F(HttpClientTest, SeveralRequestsAreUnderWayAtOnce) {
  Serve(Echo);
  int answered = 0;
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 5; ++i) {
    calls.push_back(client->Send({.url = peer->url() + "/" + std::to_string(i)}, [&](Response r) {
      EXPECT_EQ(r.code, 200);
      if (++answered == 5) loop->Quit();
    }));
  }
  loop->Run();
  EXPECT_EQ(answered, 5);
}

TEST_F(HttpClientTest, ARequestThatTheServerMayHaveSeenIsNeverRepeated) {
  bool first = true;
  Serve([&first](const HttpPeer::Request& request) {
    return std::exchange(first, false) ? Echo(request) : HttpPeer::Close();
  });
  EXPECT_EQ(Post("/", "one").code, 200);
  const Response lost = Post("/", "two");  // On the kept connection, which breaks.
  EXPECT_THAT(lost.status, StatusIs(StatusCode::kUnavailable, testing::_));
  EXPECT_TRUE(lost.reached);
  EXPECT_THAT(peer->requests(), SizeIs(2));
}

TEST_F(HttpClientTest, AnAnswerThatIsCutOffIsNone) {
  Serve([](const HttpPeer::Request&) {
    auto reply = HttpPeer::Answer(200, "whole");
    reply.bytes.resize(reply.bytes.size() - 2);
    reply.close = true;
    return reply;
  });
  const Response response = Post("/", "x");
  EXPECT_THAT(response.status, StatusIs(StatusCode::kUnavailable, HasSubstr("transfer closed")));
  EXPECT_TRUE(response.reached);
}

TEST_F(HttpClientTest, NobodyListensIsSaidAndNothingWasReached) {
  Serve(Echo);
  const std::string url = peer->url();
  peer.reset();
  const Response response = Ask({.url = url});
  EXPECT_THAT(response.status, StatusIs(StatusCode::kUnavailable, HasSubstr("connect")));
  EXPECT_FALSE(response.reached);
}

TEST_F(HttpClientTest, NoAnswerInTimeIsSaid) {
  options.timeout = 50ms;
  Serve([](const HttpPeer::Request&) { return HttpPeer::Hold(); });
  const Response response = Post("/", "x");
  EXPECT_THAT(response.status, StatusIs(StatusCode::kUnavailable, HasSubstr("timed out")));
  EXPECT_TRUE(response.reached);
}

TEST_F(HttpClientTest, AnAnswerThatIsTooLongIsRefused) {
  options.max_answer_bytes = 10;
  Serve([](const HttpPeer::Request&) { return HttpPeer::Answer(200, "01234567890"); });
  EXPECT_THAT(Get("/").status,
              StatusIs(StatusCode::kUnavailable, HasSubstr("longer than 10 bytes")));
}

TEST_F(HttpClientTest, ACallThatIsDestroyedCallsNothing) {
  Serve(Echo);
  bool called = false;
  auto gone = client->Send({.url = peer->url() + "/gone"}, [&](Response) { called = true; });
  gone.reset();
  EXPECT_EQ(Get("/other").code, 200);
  EXPECT_FALSE(called);
}

TEST_F(HttpClientTest, AnAnswerMayDestroyTheClient) {
  Serve(Echo);
  std::vector<std::unique_ptr<Call>> calls;
  int answered = 0;
  for (int i = 0; i < 3; ++i) {
    calls.push_back(client->Send({.url = peer->url()}, [&](Response) {
      ++answered;
      calls.clear();
      client.reset();
      loop->Quit();
    }));
  }
  loop->Run();
  EXPECT_EQ(answered, 1);
}

class HttpTlsTest : public HttpClientTest {
 protected:
  void ServeTls(const std::string& names) {
    const CertificateFiles files = authority.Issue("node", names);
    certificate = files.certificate;
    andon::TlsOptions tls;
    tls.enabled = true;
    tls.certificate = files.certificate;
    tls.key = files.key;
    Serve(Echo, tls);
  }
  static std::string FingerprintOf(const std::string& pem) {
    FILE* const file = std::fopen(pem.c_str(), "r");
    X509* const read = PEM_read_X509(file, nullptr, nullptr, nullptr);
    std::fclose(file);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    X509_digest(read, EVP_sha256(), digest, &size);
    X509_free(read);
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
      char hex[4];
      std::snprintf(hex, sizeof hex, "%s%02X", i == 0 ? "" : ":", digest[i]);
      text += hex;
    }
    return text;
  }

  TestAuthority authority{folder, "ca"};
  std::string certificate;
};

TEST_F(HttpTlsTest, AnAuthoritysFileIsTrusted) {
  options.tls.ca = authority.ca_file();
  ServeTls("IP:127.0.0.1");
  EXPECT_THAT(Get("/").status, IsOk());
}

TEST_F(HttpTlsTest, AStrangersCertificateIsRefused) {
  ServeTls("IP:127.0.0.1");
  EXPECT_THAT(Get("/").status, StatusIs(StatusCode::kUnavailable, HasSubstr("certificate")));
  EXPECT_THAT(peer->requests(), IsEmpty());
}

TEST_F(HttpTlsTest, AnotherHostsCertificateIsRefusedUnlessAllowed) {
  options.tls.ca = authority.ca_file();
  ServeTls("DNS:elsewhere.example");
  EXPECT_THAT(Get("/").status, StatusIs(StatusCode::kUnavailable, HasSubstr("match")));
  options.tls.verify_hostname = false;
  client.emplace(*loop, options);
  EXPECT_THAT(Get("/").status, IsOk());
}

TEST_F(HttpTlsTest, TheServersFingerprintIsTrustedAndNoOther) {
  ServeTls("IP:127.0.0.1");
  options.tls.fingerprint = FingerprintOf(certificate);
  client.emplace(*loop, options);
  EXPECT_THAT(Get("/").status, IsOk());
  options.tls.fingerprint[0] = options.tls.fingerprint[0] == '0' ? '1' : '0';
  client.emplace(*loop, options);
  EXPECT_THAT(Get("/").status, StatusIs(StatusCode::kUnavailable, HasSubstr("certificate")));
}

TEST_F(HttpTlsTest, TheAuthoritysFingerprintIsTrustedWhenTheServerSendsItsChain) {
  const CertificateFiles files = authority.Issue("node", "IP:127.0.0.1");
  std::filesystem::copy_file(files.certificate, folder + "/chain.pem");
  FILE* const chain = std::fopen((folder + "/chain.pem").c_str(), "a");
  FILE* const ca = std::fopen(authority.ca_file().c_str(), "r");
  for (int c = std::fgetc(ca); c != EOF; c = std::fgetc(ca)) std::fputc(c, chain);
  std::fclose(ca);
  std::fclose(chain);
  andon::TlsOptions tls;
  tls.enabled = true;
  tls.certificate = folder + "/chain.pem";
  tls.key = files.key;
  options.tls.fingerprint = FingerprintOf(authority.ca_file());
  Serve(Echo, tls);
  EXPECT_THAT(Get("/").status, IsOk());
}

TEST(FingerprintTest, MustBeASha256InHex) {
  EXPECT_THAT(CheckFingerprint(std::string(64, 'a')), IsOk());
  EXPECT_THAT(CheckFingerprint("ab:cd"),
              StatusIs(StatusCode::kInvalidConfig, HasSubstr("64 digits")));
  EXPECT_THAT(CheckFingerprint(std::string(64, 'g')),
              StatusIs(StatusCode::kInvalidConfig, testing::_));
}

TEST(UrlTest, APartOfAPathIsEscaped) {
  EXPECT_EQ(EscapedPart("andon-2026.11.21"), "andon-2026.11.21");
  EXPECT_EQ(EscapedPart("a b/ü?"), "a%20b%2F%C3%BC%3F");
}

TEST(UrlTest, ANodesAddressIsCompleted) {
  EXPECT_EQ(*ParseNodeUrl("es1"), "http://es1:9200");
  EXPECT_EQ(*ParseNodeUrl("es1:80"), "http://es1:80");
  EXPECT_EQ(*ParseNodeUrl("https://es1/prefix/"), "https://es1:9200/prefix");
  EXPECT_EQ(*ParseNodeUrl("http://[::1]:9201"), "http://[::1]:9201");
  EXPECT_THAT(ParseNodeUrl("ftp://es1"), StatusIs(StatusCode::kInvalidConfig, HasSubstr("http")));
  EXPECT_THAT(ParseNodeUrl("http://a:b@es1"),
              StatusIs(StatusCode::kInvalidConfig, HasSubstr("user")));
  EXPECT_THAT(ParseNodeUrl("http://"), StatusIs(StatusCode::kInvalidConfig, HasSubstr("host")));
  EXPECT_THAT(ParseNodeUrl("http://es1:x"),
              StatusIs(StatusCode::kInvalidConfig, HasSubstr("port")));
}

}  // namespace
}  // namespace andon::http
