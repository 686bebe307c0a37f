// An output on a real loop, for those whose library has threads of its own.
//
//   RealOutput rig("kafka", "{brokers: ..., topic: t}");
//   EXPECT_THAT(rig.Write(MakeChunk(...)).status, IsOk());
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/loop/uv_loop.h"
#include "core/plugin/output.h"
#include "test/support/make_plugin.h"
#include "test/support/switch_network.h"

namespace andon {

class RealOutput {
 public:
  struct Place {
    std::string journal_id = "0a0a0a0a-0000-4000-8000-000000000001";
    std::string note;
  };
  RealOutput(std::string_view type, const std::string& yaml) : RealOutput(type, yaml, Place()) {}
  RealOutput(std::string_view type, const std::string& yaml, const Place& place)
      : scope_(metrics, {{"kind", "output"}, {"id", "out"}}),
        ledger_(scope_),
        context_{{"out", "host.example", "", *loop_, network_, RealFileSystem(), SystemRandom(),
                  scope_, ledger_},
                 place.note,
                 {},
                 place.journal_id} {
    auto made = MakePlugin<Output>(type, yaml);
    EXPECT_TRUE(made.ok()) << made.status().message();
    output_ = *std::move(made);
    auto limits = output_->Prepare(context_);
    EXPECT_TRUE(limits.ok()) << limits.status().message();
    limits_ = *limits;
    output_->Start();
  }
  ~RealOutput() {
    if (output_ != nullptr) Stop();
  }
  RealOutput(const RealOutput&) = delete;
  RealOutput& operator=(const RealOutput&) = delete;

  // Gives the chunk, and remembers the place of its answer.
  size_t Begin(const Chunk& chunk) {
    answers_.emplace_back();
    const size_t index = answers_.size() - 1;
    output_->Write(chunk, [this, index](WriteResult result) {
      loop_->Post([this, index, result = std::move(result)]() mutable {
        if (!result.note.empty()) note = result.note;
        answers_[index] = std::move(result);
      });
    });
    return index;
  }
  // The answer, once it is there; at most a minute.
  WriteResult Await(size_t index) {
    const bool came = RunUntil([&] { return answers_[index].has_value(); });
    EXPECT_TRUE(came) << "no answer";
    return came ? *answers_[index] : WriteResult();
  }
  WriteResult Write(const Chunk& chunk) { return Await(Begin(chunk)); }
  // As the flusher does: what must come again comes again. The last answer; every rejection.
  WriteResult Deliver(Chunk chunk, int tries = 30) {
    WriteResult all;
    for (int i = 0; i < tries; ++i) {
      WriteResult one = Write(chunk);
      for (Rejection& rejection : one.rejected) all.rejected.push_back(std::move(rejection));
      all.status = one.status;
      all.again = one.again;
      if (one.status.ok() && one.again.empty()) return all;
      if (!one.status.ok()) one.again = Rest(chunk, all.rejected);
      if (one.again.empty()) return all;
      chunk = chunk.Only(one.again);
      RunFor(std::chrono::milliseconds(50));
    }
    return all;
  }
  void Stop() {
    bool done = false;
    output_->Stop([&] { done = true; });
    EXPECT_TRUE(RunUntil([&] { return done; }));
    output_.reset();
  }
  bool RunUntil(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      RunFor(std::chrono::milliseconds(1));
    }
    return done();
  }
  void RunFor(Duration duration) {
    auto end = loop_->After(duration, [this] { loop_->Quit(); });
    loop_->Run();
  }

  Output& output() { return *output_; }
  const OutputLimits& limits() const { return limits_; }

  MetricRegistry metrics;
  std::string note;  // The last one.

 private:
  static std::vector<Range> Rest(const Chunk& chunk, const std::vector<Rejection>& rejected) {
    RunSet refused;
    for (const Rejection& one : rejected) refused.Add({one.event, one.event});
    std::vector<Range> rest;
    for (const Piece& piece : chunk.pieces()) {
      for (const Range& range : refused.Missing({piece.first, piece.first + piece.count - 1})) {
        rest.push_back(range);
      }
    }
    return rest;
  }

  std::unique_ptr<RunnableLoop> loop_ = MakeUvLoop();
  SwitchNetwork network_;
  MetricScope scope_;
  PartLedger ledger_;
  OutputContext context_;
  OutputLimits limits_;
  std::unique_ptr<Output> output_;
  std::deque<std::optional<WriteResult>> answers_;
};

}  // namespace andon
