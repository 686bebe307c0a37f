// What may have been written although its answer was lost.
#include <string>
#include <vector>

#include "test/support/elasticsearch_fixture.h"

namespace andon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// A data stream that knows of ids.
class DoubtfulTest : public ElasticsearchFixture {
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

}  // namespace
}  // namespace andon
