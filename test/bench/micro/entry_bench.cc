#include <benchmark/benchmark.h>

#include <cstdint>

#include "core/base/check.h"
#include "core/event/batch_rewriter.h"
#include "core/event/entry.h"
#include "test/bench/micro/sample_entries.h"

namespace andon {
namespace {

constexpr size_t kHot = 1'000;     // Stays in the second-level cache.
constexpr size_t kCold = 600'000;  // More than any cache holds.
constexpr size_t kReadBytes = size_t{256} << 10;

void ReportPerMillion(benchmark::State& state, size_t events) {
  const double all = static_cast<double>(events) * static_cast<double>(state.iterations());
  state.counters["cpu_s_per_M"] =
      benchmark::Counter(all / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BatchBuilder Samples(benchmark::State& state, size_t count, SampleShape shape) {
  BatchBuilder batch;
  AppendSampleEntries(count, shape, batch);
  state.counters["bytes"] = static_cast<double>(batch.bytes()) / static_cast<double>(count);
  return batch;
}

const Tag kTag("log.http.access");

// Whole reads, each ending in the middle of an entry, as they come from a socket.
size_t WalkInReads(Bytes entries) {
  EntryValidator validator;
  size_t count = 0;
  size_t begin = 0;
  for (size_t end = 0; end < entries.size();) {
    end = std::min(entries.size(), end + kReadBytes);
    const auto progress = validator.Walk(entries.subspan(begin, end - begin));
    count += progress.count;
    begin += progress.bytes;
  }
  return count;
}

void BM_Walk(benchmark::State& state, size_t events, SampleShape shape) {
  const BatchBuilder batch = Samples(state, events, shape);
  const Bytes entries = batch.Batch(kTag).entries;
  while (state.KeepRunning()) CHECK(WalkInReads(entries) == events);
  ReportPerMillion(state, events);
}
BENCHMARK_CAPTURE(BM_Walk, hot_six_fields, kHot, SampleShape::kSix);
BENCHMARK_CAPTURE(BM_Walk, cold_six_fields, kCold, SampleShape::kSix);
BENCHMARK_CAPTURE(BM_Walk, hot, kHot, SampleShape::kSame);
BENCHMARK_CAPTURE(BM_Walk, hot_mixed, kHot, SampleShape::kMixed);
BENCHMARK_CAPTURE(BM_Walk, cold, kCold, SampleShape::kSame);

// Without a prediction: what one pays for each entry by itself.
void BM_WalkValue(benchmark::State& state, size_t events, SampleShape shape) {
  const BatchBuilder batch = Samples(state, events, shape);
  while (state.KeepRunning()) {
    for (Bytes rest = batch.Batch(kTag).entries; !rest.empty();) {
      const WalkResult result = WalkValue(rest);
      CHECK(result.outcome == WalkOutcome::kOk);
      rest = rest.subspan(result.bytes);
    }
  }
  ReportPerMillion(state, events);
}
BENCHMARK_CAPTURE(BM_WalkValue, hot_six_fields, kHot, SampleShape::kSix);
BENCHMARK_CAPTURE(BM_WalkValue, hot, kHot, SampleShape::kSame);
BENCHMARK_CAPTURE(BM_WalkValue, cold, kCold, SampleShape::kSame);

void BM_Iterate(benchmark::State& state) {
  const BatchBuilder batch = Samples(state, kHot, SampleShape::kSame);
  while (state.KeepRunning()) {
    uint64_t sum = 0;
    for (EntryIterator it(batch.Batch(kTag).entries); !it.done(); it.Next()) {
      sum += it->time.nanoseconds;
    }
    benchmark::DoNotOptimize(sum);
  }
  ReportPerMillion(state, kHot);
}
BENCHMARK(BM_Iterate);

template <class Judge>
void Rewrite(benchmark::State& state, Judge judge) {
  const BatchBuilder batch = Samples(state, kHot, SampleShape::kSame);
  BatchRewriter rewriter;
  while (state.KeepRunning()) {
    rewriter.Begin(batch.Batch(kTag));
    for (EntryIterator it(batch.Batch(kTag).entries); !it.done(); it.Next()) judge(*it, rewriter);
    benchmark::DoNotOptimize(rewriter.Finish().kept);
  }
  ReportPerMillion(state, kHot);
}

void BM_RewriteKeepAll(benchmark::State& state) {
  Rewrite(state, [](const EntryView& entry, BatchRewriter& out) { out.Keep(entry); });
}
BENCHMARK(BM_RewriteKeepAll);

void BM_RewriteGrep(benchmark::State& state) {
  Rewrite(state, [](const EntryView& entry, BatchRewriter& out) {
    const auto code = entry.record.Find("code");
    if (code && code->AsUint() == 200u) {
      out.Keep(entry);
    } else {
      out.Drop(entry);
    }
  });
}
BENCHMARK(BM_RewriteGrep);

void BM_RewriteSetOne(benchmark::State& state) {
  Rewrite(state, [](const EntryView& entry, BatchRewriter& out) {
    out.Change(entry).Set("hostname", "collector-1.example.org");
  });
}
BENCHMARK(BM_RewriteSetOne);

void BM_WriteRecord(benchmark::State& state) {
  BatchBuilder batch;
  while (state.KeepRunning()) {
    batch.Clear();
    for (size_t i = 0; i < kHot; ++i) {
      RecordWriter record(batch, {1, 2});
      record.Field("host", "10.1.200.17");
      record.Field("method", "GET");
      record.Field("path", "/blog/2026/11/21/on-call-again");
      record.Field("code", int64_t{200});
      record.Field("size", int64_t{48'213});
      record.Field("referer", "https://www.example.org/index.html");
      record.Field("agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101");
      record.Commit();
    }
    benchmark::DoNotOptimize(batch.bytes());
  }
  ReportPerMillion(state, kHot);
}
BENCHMARK(BM_WriteRecord);

}  // namespace
}  // namespace andon
