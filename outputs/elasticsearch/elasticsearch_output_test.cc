// What the output sends, and what it makes of the answers.
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <string_view>
#include <vector>

#include "test/support/elasticsearch_fixture.h"

namespace andon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

using ElasticsearchTest = ElasticsearchFixture;

std::string Gunzip(std::string_view packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string plain(100'000, '\0');
  std::string copy(packed);
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<unsigned>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<unsigned>(plain.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  plain.resize(stream.total_out);
  inflateEnd(&stream);
  return plain;
}

std::string Unzstd(std::string_view packed) {
  std::string plain(100'000, '\0');
  plain.resize(ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size()));
  return plain;
}

TEST_F(ElasticsearchTest, AChunkIsDoneWhenEveryItemIs) {
  Run(Taken);
  const WriteResult result = Write(3);
  EXPECT_THAT(result.status, IsOk());
  EXPECT_THAT(result.again, IsEmpty());
  EXPECT_THAT(result.rejected, IsEmpty());
  ASSERT_THAT(peer->requests(), SizeIs(1));
  const HttpPeer::Request& request = peer->requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_THAT(request.target, HasSubstr("/_bulk?filter_path="));
  EXPECT_EQ(request.headers.at("content-type"), "application/x-ndjson");
  EXPECT_EQ(Count("created"), 3u);
}

TEST_F(ElasticsearchTest, ARepeatThatMeetsItselfIsDone) {
  Run([](const HttpPeer::Request&) {
    return HttpPeer::Answer(
        200, Items({Failed(409, "version_conflict_engine_exception", "exists"), kCreated}));
  });
  const WriteResult result = Write(2);
  EXPECT_THAT(result.status, IsOk());
  EXPECT_THAT(result.again, IsEmpty());
  EXPECT_EQ(Count("exists"), 1u);
}

TEST_F(ElasticsearchTest, OnlyWhatWasNotTakenComesAgainOrIsRejected) {
  Run([](const HttpPeer::Request&) {
    return HttpPeer::Answer(
        200,
        Items({kCreated, Failed(429, "es_rejected_execution_exception", "busy"),
               Failed(503, "unavailable_shards_exception", "no shard"),
               Failed(400, "document_parsing_exception", "failed to parse field [n]"), kCreated}));
  });
  const WriteResult result = Write(5, 11);
  EXPECT_THAT(result.status, IsOk());
  EXPECT_THAT(result.again, ElementsAre(Range{12, 13}));
  ASSERT_THAT(result.rejected, SizeIs(1));
  EXPECT_EQ(result.rejected[0].event, 14u);
  EXPECT_EQ(result.rejected[0].reason,
            "document_parsing_exception (400): failed to parse field [n]");
}

TEST_F(ElasticsearchTest, WhenNothingIsTakenTheOutputIsUnavailableAndSaysWhy) {
  Run([](const HttpPeer::Request&) {
    return HttpPeer::Answer(200, Items({Failed(404, "index_not_found_exception", "no index [i]")}));
  });
  EXPECT_THAT(Write(1).status, StatusIs(StatusCode::kUnavailable,
                                        AllOf(HasSubstr("no index [i]"), HasSubstr("create"))));
}

TEST_F(ElasticsearchTest, WrongCredentialsAreSaidAndNothingIsLost) {
  Run([](const HttpPeer::Request&) { return Error(401, "security_exception", "who?"); },
      ", user: andon, password: secret");
  EXPECT_THAT(Write(1).status,
              StatusIs(StatusCode::kUnavailable,
                       AllOf(StartsWith(peer->url()), HasSubstr("check user and password"))));
  EXPECT_EQ(peer->requests()[0].headers.at("authorization"), "Basic YW5kb246c2VjcmV0");
}

TEST_F(ElasticsearchTest, KeysAndTokensAreSentAsTheyAreWanted) {
  Run(Taken, ", api_key: 'id:key', headers: {X-Tenant: a}");
  Write(1);
  EXPECT_EQ(peer->requests()[0].headers.at("authorization"), "ApiKey aWQ6a2V5");
  EXPECT_EQ(peer->requests()[0].headers.at("x-tenant"), "a");
  Make("hosts: '" + peer->url() + "', api_key: aWQ6a2V5");
  Write(1);
  EXPECT_EQ(peer->requests()[1].headers.at("authorization"), "ApiKey aWQ6a2V5");
  Make("hosts: '" + peer->url() + "', bearer_token: abc");
  Write(1);
  EXPECT_EQ(peer->requests()[2].headers.at("authorization"), "Bearer abc");
}

TEST_F(ElasticsearchTest, AnAnswerThatIsLostBringsAllAgain) {
  Run([](const HttpPeer::Request&) { return HttpPeer::Close(); });
  EXPECT_THAT(Write(2).status, StatusIs(StatusCode::kUnavailable, testing::_));
  EXPECT_EQ(metrics.Sum("andon_elasticsearch_doubtful_events_total"), 2u);
}

TEST_F(ElasticsearchTest, AnAnswerThatIsNoneBringsAllAgain) {
  int asked = 0;
  Run([&asked](const HttpPeer::Request&) {
    switch (asked++) {
      case 0:
        return HttpPeer::Answer(200, "<html>hello</html>", "text/html");
      case 1:
        return HttpPeer::Answer(200, Items({kCreated}));
      case 2:
        return HttpPeer::Answer(502, "Bad Gateway", "text/plain");
      default:
        return HttpPeer::Answer(301, "", "text/plain");
    }
  });
  EXPECT_THAT(Write(2).status, StatusIs(StatusCode::kUnavailable, HasSubstr("none to a _bulk")));
  EXPECT_THAT(Write(2).status, StatusIs(StatusCode::kUnavailable, HasSubstr("1 items for 2")));
  EXPECT_THAT(Write(2).status, StatusIs(StatusCode::kUnavailable, HasSubstr("Bad Gateway")));
  EXPECT_THAT(Write(2).status, StatusIs(StatusCode::kUnavailable, HasSubstr("redirects")));
}

TEST_F(ElasticsearchTest, ATooLongBodyIsHalvedUntilOnlyTheGuiltyEventIsLeft) {
  const std::string big(100'000, 'x');
  Run([](const HttpPeer::Request& request) {
    return request.body.size() > 90'000 ? HttpPeer::Answer(413, "", "text/plain") : Taken(request);
  });
  std::vector<TestEvent> events(6,
                                EventFromJson("a", R"({"m":")" + std::string(50'000, 'y') + "\"}"));
  events[3] = EventFromJson("a", R"({"m":")" + big + "\"}");
  const WriteResult result = Write(MakeChunk(events));
  EXPECT_THAT(result.status, IsOk());
  EXPECT_THAT(result.again, IsEmpty());
  ASSERT_THAT(result.rejected, SizeIs(1));
  EXPECT_EQ(result.rejected[0].event, 4u);
  EXPECT_THAT(result.rejected[0].reason,
              AllOf(HasSubstr("http.max_content_length"), HasSubstr("bytes)")));
  EXPECT_EQ(Count("created"), 5u);
}

TEST_F(ElasticsearchTest, ABodyThatTheServerCannotReadIsHalvedToo) {
  Run([](const HttpPeer::Request& request) {
    return request.body.find("bad") != std::string::npos ? Error(400, "parsing_exception", "no")
                                                         : Taken(request);
  });
  std::vector<TestEvent> events(5, EventFromJson("a", "{}"));
  events[1] = EventFromJson("a", R"({"bad":1})");
  const WriteResult result = Write(MakeChunk(events));
  EXPECT_THAT(result.status, IsOk());
  ASSERT_THAT(result.rejected, SizeIs(1));
  EXPECT_EQ(result.rejected[0].event, 2u);
}

TEST_F(ElasticsearchTest, AMistakeInTheConfigurationRejectsNothing) {
  Run([](const HttpPeer::Request&) {
    return Error(400, "action_request_validation_exception",
                 "Validation Failed: 1: type is missing;");
  });
  EXPECT_THAT(Write(3).status, StatusIs(StatusCode::kUnavailable, HasSubstr("type_name")));
  EXPECT_THAT(peer->requests(), SizeIs(1));
}

TEST_F(ElasticsearchTest, WhatAProxyRefusesAsABadRequestRejectsNothing) {
  Run([](const HttpPeer::Request&) {
    return HttpPeer::Answer(400, "<html>The plain HTTP request was sent to HTTPS port</html>",
                            "text/html");
  });
  EXPECT_THAT(Write(3).status, StatusIs(StatusCode::kUnavailable, HasSubstr("HTTPS port")));
  EXPECT_THAT(peer->requests(), SizeIs(1));
}

// The output would be closed for a while, and again and again, to those that have their index.
TEST_F(ElasticsearchTest, AnIndexThatTakesNothingIsNoTroubleOfTheOutputThatHasOthers) {
  Run(
      [](const HttpPeer::Request&) {
        return HttpPeer::Answer(200, Items({Failed(403, "cluster_block_exception", "full")}));
      },
      ", index: '${tag}'");
  const WriteResult result = Write(1);
  EXPECT_THAT(result.status, IsOk());
  EXPECT_THAT(result.again, ElementsAre(Range{1, 1}));
}

TEST_F(ElasticsearchTest, BodiesAreCompressed) {
  std::string body;
  Run(
      [&body](const HttpPeer::Request& request) {
        EXPECT_EQ(request.headers.at("content-encoding"), "gzip");
        EXPECT_LT(request.body.size(), 300u);
        HttpPeer::Request plain;
        plain.body = Gunzip(request.body);
        body = plain.body;
        return Taken(plain);
      },
      ", compress: gzip");
  EXPECT_THAT(Write(3).status, IsOk());
  EXPECT_EQ(EventsIn(body), 3u);
}

TEST_F(ElasticsearchTest, AServerThatKnowsZstdGetsIt) {
  Run(
      [](const HttpPeer::Request& request) {
        EXPECT_EQ(request.headers.at("content-encoding"), "zstd");
        HttpPeer::Request plain;
        plain.body = Unzstd(request.body);
        return Taken(plain);
      },
      ", compress: zstd");
  EXPECT_THAT(Write(3).status, IsOk());
  EXPECT_EQ(Count("created"), 3u);
}

TEST_F(ElasticsearchTest, AServerThatDoesNotKnowZstdGetsGzip) {
  Run(
      [](const HttpPeer::Request& request) {
        if (request.headers.at("content-encoding") == "zstd") {
          return Error(400, "illegal_argument_exception", "Malformed action/metadata line [1]");
        }
        return HttpPeer::Answer(200, Items({kCreated, kCreated}));
      },
      ", compress: zstd");
  EXPECT_THAT(Write(2).status, IsOk());
  EXPECT_THAT(Write(2).status, IsOk());
  EXPECT_THAT(peer->requests(), SizeIs(3));
}

TEST_F(ElasticsearchTest, ADeadNodeIsLeftAloneAndAnotherTakesItsPlace) {
  peer.emplace(*network, Taken);
  uint16_t dead_port = 0;
  {
    const HttpPeer gone(*network, Taken);
    dead_port = gone.port();
  }
  Make("hosts: ['127.0.0.1:" + std::to_string(dead_port) + "', '" + peer->url() + "']");
  int failures = 0;
  for (int i = 0; i < 10; ++i) failures += Write(1).status.ok() ? 0 : 1;
  EXPECT_LE(failures, 1);
  EXPECT_GE(peer->requests().size(), 9u);
}

TEST_F(ElasticsearchTest, SeveralChunksAreUnderWayAtOnce) {
  Run(Taken);
  EXPECT_EQ(limits.in_flight, 4);
  int answered = 0;
  for (Sequence first = 1; first <= 8; ++first) {
    output->Write(MakeChunk({EventFromJson("a", "{}")}, {.first = first}), [&](WriteResult result) {
      EXPECT_THAT(result.status, IsOk());
      if (++answered == 8) loop->Quit();
    });
  }
  loop->Run();
  EXPECT_EQ(answered, 8);
  EXPECT_GE(peer->connections(), 2u);
}

TEST_F(ElasticsearchTest, StopWaitsForWhatIsUnderWayAndGivesTheRestBack) {
  Run(Taken, ", concurrency: 1");
  std::vector<StatusCode> codes;
  bool stopped = false;
  for (Sequence first = 1; first <= 2; ++first) {
    output->Write(MakeChunk({EventFromJson("a", "{}")}, {.first = first}),
                  [&](WriteResult result) { codes.push_back(result.status.code()); });
  }
  output->Stop([&] {
    stopped = true;
    loop->Quit();
  });
  if (!stopped) loop->Run();
  EXPECT_THAT(codes, ElementsAre(StatusCode::kUnavailable, StatusCode::kOk));
  output.reset();
}

TEST(ElasticsearchConfigTest, MistakesAreSaid) {
  const auto problem = [](const std::string& options) {
    return std::string(MakePlugin<Output>("elasticsearch", options).status().message());
  };
  EXPECT_THAT(problem("{}"), HasSubstr("hosts"));
  EXPECT_THAT(problem("{hosts: [a, a]}"), HasSubstr("twice"));
  EXPECT_THAT(problem("{hosts: a, index: A}"), HasSubstr("lower case"));
  EXPECT_THAT(problem("{hosts: a, data_stream: a, op: index}"), HasSubstr("create only"));
  EXPECT_THAT(problem("{hosts: a, document_id: fixed}"), HasSubstr("same for every event"));
  EXPECT_THAT(problem("{hosts: a, user: u, api_key: k}"), HasSubstr("enough"));
  EXPECT_THAT(problem("{hosts: a, tls: {fingerprint: abc}}"), HasSubstr("64 digits"));
  EXPECT_THAT(problem("{hosts: a, rename: [{match: '{'}]}"), HasSubstr("tag pattern"));
  EXPECT_THAT(problem("{hosts: a, op: update, document_id: none}"),
              HasSubstr("needs a document_id"));
  EXPECT_THAT(problem("{hosts: a, headers: {X: \"a\\nb\"}}"), HasSubstr("one line"));
}

}  // namespace
}  // namespace andon
