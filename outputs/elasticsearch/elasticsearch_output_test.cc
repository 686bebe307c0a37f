// The output against a server that says what a test wants, over real sockets.
#include <zlib.h>
#include <zstd.h>

#include <optional>

#include "core/base/file.h"
#include "core/loop/uv_loop.h"
#include "core/net/real_network.h"
#include "test/support/http_peer.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"

namespace andon {
namespace {

using std::chrono_literals::operator""s;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* kCreated = R"({"create":{"status":201}})";

std::string Failed(int status, const std::string& type, const std::string& reason) {
  return R"({"create":{"status":)" + std::to_string(status) + R"(,"error":{"type":")" + type +
         R"(","reason":")" + reason + R"("}}})";
}

std::string Items(const std::vector<std::string>& items) {
  std::string text = R"({"errors":false,"items":[)";
  for (const std::string& item : items) text += (text.ends_with('[') ? "" : ",") + item;
  return text + "]}";
}

size_t EventsIn(std::string_view body) {
  return static_cast<size_t>(std::ranges::count(body, '\n')) / 2;
}

// All created.
HttpPeer::Reply Taken(const HttpPeer::Request& request) {
  return HttpPeer::Answer(200, Items(std::vector<std::string>(EventsIn(request.body), kCreated)));
}

HttpPeer::Reply Error(int code, const std::string& type, const std::string& reason) {
  return HttpPeer::Answer(code, R"({"error":{"type":")" + type + R"(","reason":")" + reason +
                                    R"("},"status":)" + std::to_string(code) + "}");
}

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

class ElasticsearchTest : public testing::Test {
 protected:
  ~ElasticsearchTest() override {
    if (output == nullptr) return;
    output->Stop([this] { loop->Quit(); });
    loop->Run();
    output.reset();
  }

  // `options` behind the hosts.
  void Run(HttpPeer::Handler handler, const std::string& options = "") {
    peer.emplace(*network, std::move(handler));
    Make("hosts: '" + peer->url() + "'" + options);
  }
  void Make(const std::string& options) {
    context.save_note = [this](std::string note, UniqueFunction<void(Status)> done) {
      context.note = std::move(note);
      ++notes;
      loop->Post([done = std::move(done)]() mutable { done(OkStatus()); });
    };
    auto made = MakePlugin<Output>("elasticsearch", "{" + options + "}");
    ASSERT_THAT(made, IsOk());
    output = *std::move(made);
    auto prepared = output->Prepare(context);
    ASSERT_THAT(prepared, IsOk());
    limits = *prepared;
    output->Start();
  }
  // Waits for the answer.
  WriteResult Write(const Chunk& chunk) {
    std::optional<WriteResult> answer;
    output->Write(chunk, [&](WriteResult result) {
      answer = std::move(result);
      loop->Quit();
    });
    while (!answer.has_value()) loop->Run();
    return *std::move(answer);
  }
  WriteResult Write(int events, Sequence first = 1) {
    return Write(MakeChunk(
        std::vector<TestEvent>(static_cast<size_t>(events), EventFromJson("log.a", R"({"n":1})")),
        {.first = first}));
  }
  uint64_t Count(const std::string& result) const {
    return metrics.Sum("andon_elasticsearch_items_total", {{"result", result}});
  }

  std::unique_ptr<RunnableLoop> loop = MakeUvLoop();
  std::unique_ptr<Network> network = MakeRealNetwork(*loop, nullptr);
  MetricRegistry metrics;
  MetricScope scope{metrics, {{"kind", "output"}, {"id", "es"}}};
  PartLedger ledger{scope};
  OutputContext context{{.id = "es",
                         .hostname = "web1",
                         .data_dir = "",
                         .loop = *loop,
                         .network = *network,
                         .files = RealFileSystem(),
                         .random = SystemRandom(),
                         .metrics = scope,
                         .ledger = ledger},
                        "",
                        {}};
  // What was asked for, without _bulk: "GET /_index_template/andon".
  std::vector<std::string> Asked() const {
    std::vector<std::string> asked;
    for (const HttpPeer::Request& request : peer->requests()) {
      const std::string path = request.target.substr(0, request.target.find('?'));
      if (!path.ends_with("/_bulk")) asked.push_back(request.method + " " + path);
    }
    return asked;
  }
  std::vector<std::string> Probe(const std::string& options) {
    auto made = MakePlugin<Output>("elasticsearch", "{" + options + "}");
    EXPECT_THAT(made, IsOk());
    output = *std::move(made);
    std::vector<std::string> lines;
    output->Probe(context, [&](const std::vector<ProbeFinding>& findings) {
      for (const ProbeFinding& one : findings) {
        lines.push_back(one.what +
                        (one.status.ok() ? "" : ": " + std::string(one.status.message())));
      }
      loop->Quit();
    });
    loop->Run();
    output.reset();
    return lines;
  }

  std::optional<HttpPeer> peer;
  std::unique_ptr<Output> output;
  OutputLimits limits;
  int notes = 0;
};

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

TEST_F(ElasticsearchTest, TemplatesAreInstalledBeforeAnythingIsWritten) {
  Run(
      [](const HttpPeer::Request& request) {
        if (request.target.find("/_bulk?") != std::string::npos) return Taken(request);
        return request.method == "GET" ? HttpPeer::Answer(404, "{}") : HttpPeer::Answer(200, "{}");
      },
      ", index: 'web-%Y', install: {templates: true, lifecycle: true, name: web}");
  EXPECT_THAT(Write(1).status, IsOk());
  EXPECT_THAT(
      Asked(),
      ElementsAre("GET /_ilm/policy/web", "PUT /_ilm/policy/web",
                  "GET /_component_template/web-settings", "PUT /_component_template/web-settings",
                  "GET /_component_template/web-mappings", "PUT /_component_template/web-mappings",
                  "GET /_index_template/web", "PUT /_index_template/web"));
  EXPECT_THAT(peer->requests()[3].body, HasSubstr(R"("index.lifecycle.name": "web")"));
  EXPECT_THAT(peer->requests()[5].body, HasSubstr(R"("@timestamp": {"type": "date_nanos"})"));
  EXPECT_THAT(peer->requests()[7].body, AllOf(HasSubstr(R"("index_patterns": ["web-*"])"),
                                              HasSubstr(R"(["web-mappings", "web-settings"])")));
}

TEST_F(ElasticsearchTest, WhatIsInstalledStaysUnlessItIsAnOlderVersionOfOurs) {
  Run(
      [](const HttpPeer::Request& request) {
        if (request.target.find("/_bulk?") != std::string::npos) return Taken(request);
        const std::string ours = R"("_meta":{"managed_by":"andon"})";
        const std::string settings = R"({"component_templates":[{"name":"x","component_template":{)"
                                     R"("version":0,)" +
                                     ours + "}}]}";
        const std::string mappings = R"({"component_templates":[{"name":"x","component_template":{)"
                                     R"("version":0}}]})";
        const std::string index =
            R"({"index_templates":[{"index_template":{"version":1,)" + ours + "}}]}";
        if (request.target.ends_with("-settings")) return HttpPeer::Answer(200, settings);
        if (request.target.ends_with("-mappings")) return HttpPeer::Answer(200, mappings);
        return HttpPeer::Answer(200, index);
      },
      ", install: {templates: true}");
  EXPECT_THAT(Write(1).status, IsOk());
  EXPECT_THAT(Asked(),
              ElementsAre("GET /_component_template/andon-settings",
                          "PUT /_component_template/andon-settings",
                          "GET /_component_template/andon-mappings", "GET /_index_template/andon"));
}

TEST_F(ElasticsearchTest, AnOldServerGetsALegacyTemplateAndAnotherPolicyOrNone) {
  Run(
      [](const HttpPeer::Request& request) {
        if (request.target.find("/_bulk?") != std::string::npos) return Taken(request);
        if (!request.target.starts_with("/_template")) {
          return HttpPeer::Answer(400, R"({"error":"no handler found for uri","status":400})");
        }
        return request.method == "GET" ? HttpPeer::Answer(404, "{}") : HttpPeer::Answer(200, "{}");
      },
      ", install: {templates: true, lifecycle: true}");
  EXPECT_THAT(Write(1).status, IsOk());
  EXPECT_THAT(Asked(), ElementsAre("GET /_ilm/policy/andon", "GET /_plugins/_ism/policies/andon",
                                   "GET /_component_template/andon-settings",
                                   "GET /_template/andon", "PUT /_template/andon"));
  EXPECT_THAT(peer->requests()[4].body, StartsWith(R"({"version":1,"index_patterns":["andon-*"])"));
}

TEST_F(ElasticsearchTest, WhatCannotBeInstalledIsSaidAndTriedAgain) {
  bool allowed = false;
  Run(
      [&allowed](const HttpPeer::Request& request) {
        if (request.target.find("/_bulk?") != std::string::npos) return Taken(request);
        if (!allowed) return Error(403, "security_exception", "action is unauthorized");
        return request.method == "GET" ? HttpPeer::Answer(404, "{}") : HttpPeer::Answer(200, "{}");
      },
      ", install: {templates: true}");
  EXPECT_THAT(Write(1).status,
              StatusIs(StatusCode::kUnavailable, HasSubstr("action is unauthorized")));
  allowed = true;
  EXPECT_THAT(Write(1).status, IsOk());
}

// A data stream that knows of ids.
class DoubtfulTest : public ElasticsearchTest {
 protected:
  HttpPeer::Reply Serve(const HttpPeer::Request& request) {
    if (request.target.find("/_refresh") != std::string::npos) return HttpPeer::Answer(200, "{}");
    if (request.target.find("/_search") != std::string::npos) {
      std::string hits;
      for (const std::string& id : stored) {
        if (request.body.find('"' + id + '"') == std::string::npos) continue;
        hits += std::string(hits.empty() ? "" : ",") + R"({"_id":")" + id + "\"}";
      }
      return HttpPeer::Answer(
          200, R"({"timed_out":false,"_shards":{"failed":0},"hits":{"hits":[)" + hits + "]}}");
    }
    for (size_t at = request.body.find("\"_id\":\""); at != std::string::npos;
         at = request.body.find("\"_id\":\"", at + 7)) {
      stored.push_back(request.body.substr(at + 7, request.body.find('"', at + 7) - at - 7));
    }
    return lose_answers ? HttpPeer::Close() : Taken(request);
  }
  void RunStream() {
    Run([this](const HttpPeer::Request& request) { return Serve(request); },
        ", data_stream: logs-a-b, verify_doubtful: true");
  }

  std::vector<std::string> stored;
  bool lose_answers = false;
};

TEST_F(DoubtfulTest, WhatALostAnswerLeftInDoubtIsLookedUpAndNotWrittenAgain) {
  RunStream();
  EXPECT_THAT(Write(2, 1).status, IsOk());
  EXPECT_EQ(notes, 1) << "before the first event of the lane";
  EXPECT_THAT(Asked(), IsEmpty()) << "nothing is in doubt";
  lose_answers = true;
  EXPECT_THAT(Write(2, 3).status, StatusIs(StatusCode::kUnavailable, testing::_));
  lose_answers = false;
  EXPECT_THAT(Write(3, 3).status, IsOk());
  EXPECT_THAT(Asked(), ElementsAre("POST /logs-a-b/_refresh", "POST /logs-a-b/_search"));
  EXPECT_THAT(stored, SizeIs(5)) << "events 3 and 4 are there once";
  EXPECT_EQ(metrics.Sum("andon_elasticsearch_found_events_total"), 2u);
  EXPECT_THAT(Write(1, 6).status, IsOk());
  EXPECT_THAT(Asked(), SizeIs(2)) << "nothing is in doubt any more";
  EXPECT_EQ(notes, 1);
}

TEST_F(DoubtfulTest, AfterARestartWhatMayHaveBeenSentIsLookedUp) {
  RunStream();
  EXPECT_THAT(Write(2, 1).status, IsOk());
  const auto first = stored;
  Make("hosts: '" + peer->url() + "', data_stream: logs-a-b, verify_doubtful: true");
  EXPECT_THAT(Write(3, 1).status, IsOk());
  EXPECT_THAT(Asked(), SizeIs(2));
  EXPECT_THAT(stored, SizeIs(3));
}

TEST_F(ElasticsearchTest, AProbeTellsOfAddressRightsAndTemplate) {
  peer.emplace(*network, [](const HttpPeer::Request& request) {
    if (request.target.starts_with("/_cluster/health")) {
      return HttpPeer::Answer(200, R"({"status":"green"})");
    }
    if (request.target.starts_with("/_security")) {
      return HttpPeer::Answer(200, R"({"has_all_requested":false,"index":{"andon-*":{}}})");
    }
    return HttpPeer::Answer(
        200, R"({"template":{"mappings":{"properties":{"@timestamp":{"type":"date_nanos"}}}}})");
  });
  EXPECT_THAT(Probe("hosts: '" + peer->url() + "'"),
              ElementsAre(HasSubstr("address and credentials, the cluster is \"green\""),
                          HasSubstr("rights on andon-*: the role lacks"),
                          HasSubstr("keeps its nanoseconds")));
}

TEST_F(ElasticsearchTest, AProbeOfWrongCredentialsSaysSo) {
  peer.emplace(*network, [](const HttpPeer::Request&) {
    return Error(401, "security_exception", "unable to authenticate user [u]");
  });
  EXPECT_THAT(Probe("hosts: '" + peer->url() + "', user: u, password: p"),
              ElementsAre(AllOf(HasSubstr("unable to authenticate"), HasSubstr("check user"))));
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
