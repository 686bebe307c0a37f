// An Elasticsearch output against a server that says what a test wants, over real sockets.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/loop/uv_loop.h"
#include "core/net/real_network.h"
#include "test/support/http_peer.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"

namespace andon {

inline constexpr const char* kCreated = R"({"create":{"status":201}})";

inline std::string Failed(int status, const std::string& type, const std::string& reason) {
  return R"({"create":{"status":)" + std::to_string(status) + R"(,"error":{"type":")" + type +
         R"(","reason":")" + reason + R"("}}})";
}

inline std::string Items(const std::vector<std::string>& items) {
  std::string text = R"({"errors":false,"items":[)";
  for (const std::string& item : items) text += (text.ends_with('[') ? "" : ",") + item;
  return text + "]}";
}

inline size_t EventsIn(std::string_view body) {
  return static_cast<size_t>(std::ranges::count(body, '\n')) / 2;
}

// All created.
inline HttpPeer::Reply Taken(const HttpPeer::Request& request) {
  return HttpPeer::Answer(200, Items(std::vector<std::string>(EventsIn(request.body), kCreated)));
}

inline HttpPeer::Reply Error(int code, const std::string& type, const std::string& reason) {
  return HttpPeer::Answer(code, R"({"error":{"type":")" + type + R"(","reason":")" + reason +
                                    R"("},"status":)" + std::to_string(code) + "}");
}

class ElasticsearchFixture : public testing::Test {
 protected:
  ~ElasticsearchFixture() override {
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

}  // namespace andon
