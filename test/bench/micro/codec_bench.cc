// Lines to records and records to lines, in CPU-seconds per million events of about 240 bytes.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/codec/json_writer.h"
#include "core/config/config_node.h"
#include "core/event/batch_builder.h"
#include "core/event/entry.h"
#include "core/plugin/formatter.h"
#include "core/plugin/parser.h"
#include "core/plugin/registry.h"
#include "test/bench/micro/sample_entries.h"

namespace andon {
namespace {

constexpr int kLines = 1000;
constexpr EventTime kNow{1'795'266'739, 0};
constexpr const char* kAgent =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0";

void ReportPerMillion(benchmark::State& state, size_t events, size_t bytes) {
  state.counters["bytes"] = static_cast<double>(bytes) / static_cast<double>(events);
  const double all = static_cast<double>(events) * static_cast<double>(state.iterations());
  state.counters["cpu_s_per_M"] =
      benchmark::Counter(all / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

std::string ApacheLine(int n) {
  return fmt::format(
      "192.0.2.{} - - [21/Nov/2026:13:{:02}:{:02} +0000] \"GET /projects/xdotool/{}?page=1 "
      "HTTP/1.1\" 200 {} \"http://www.example.com/projects/\" \"{}\"",
      n % 250, n / 600 % 60, n / 10 % 60, n, 1000 + n, kAgent);
}
std::string EscapedApacheLine(int n) {
  return fmt::format(
      "192.0.2.{} - - [21/Nov/2026:13:12:{:02} +0000] \"GET /{} HTTP/1.1\" 200 {} \"-\" "
      "\"agent \\\"quoted\\\" {}\"",
      n % 250, n / 10 % 60, n, 1000 + n, kAgent);
}
std::string Rfc5424Line(int n) {
  return fmt::format(
      "<165>1 2026-11-21T13:{:02}:{:02}.{:06}+00:00 web-{}.example.com nginx {} ID47 - {} {}",
      n / 600 % 60, n / 10 % 60, n, n % 20, 1000 + n % 7,
      "request finished: status=200 bytes=15320 duration=0.031 upstream=10.0.0.7:8080", kAgent);
}
std::string StructuredLine(int n) {
  return fmt::format(
      "<165>1 2026-11-21T13:12:{:02}.{:06}Z web-{}.example.com nginx {} ID47 "
      "[request@32473 id=\"{}\" status=\"200\" bytes=\"15320\"][origin ip=\"192.0.2.1\"] {}",
      n / 10 % 60, n, n % 20, 1000 + n % 7, n, kAgent);
}
std::string Rfc3164Line(int n) {
  return fmt::format("<34>Nov 21 13:{:02}:{:02} web-{} nginx[{}]: {} {}", n / 600 % 60, n / 10 % 60,
                     n % 20, 1000 + n % 7,
                     "request finished: status=200 bytes=15320 duration=0.031 upstream=10.0.0.7:80 "
                     "cache=miss tls=1.3",
                     kAgent);
}
std::string JsonLine(int n) {
  return fmt::format(
      R"({{"ts":"2026-11-21T13:12:{:02}.{:03}Z","level":"info","host":"web-{}","status":200,)"
      R"("bytes":{},"duration":0.031,"ok":true,"path":"/projects/xdotool/","agent":"{}"}})",
      n / 10 % 60, n % 1000, n % 20, 1000 + n, kAgent);
}
std::string LtsvLine(int n) {
  return fmt::format(
      "time:2026-11-21T13:12:{:02}Z\tlevel:info\thost:web-{}\tstatus:200\tbytes:{}\t"
      "path:/projects/xdotool/\tagent:{}",
      n / 10 % 60, n % 20, 1000 + n, kAgent);
}

template <class Kind>
std::unique_ptr<Kind> Make(const std::string& yaml) {
  auto config = Config::FromText(yaml, "bench.yaml");
  auto factory = ParsePlugin<Kind>(config->root());
  CHECK(factory.ok());
  return (*factory)();
}

void BM_Parse(benchmark::State& state, const char* yaml, std::string (*make)(int)) {
  const auto parser = Make<Parser>(yaml);
  std::vector<std::string> lines;
  size_t bytes = 0;
  for (int i = 0; i < kLines; ++i) {
    lines.push_back(make(i));
    bytes += lines.back().size();
  }
  BatchBuilder batch;
  for (auto _ : state) {
    batch.Clear();
    for (const std::string& line : lines) {
      RecordWriter record(batch, kNow);
      CHECK(parser->Parse(line, record) == nullptr);
      record.Commit();
    }
    benchmark::DoNotOptimize(batch.bytes());
  }
  ReportPerMillion(state, lines.size(), bytes);
}
BENCHMARK_CAPTURE(BM_Parse, apache2, "{type: apache2}", ApacheLine);
BENCHMARK_CAPTURE(BM_Parse, apache2_escaped, "{type: apache2}", EscapedApacheLine);
BENCHMARK_CAPTURE(BM_Parse, rfc5424, "{type: syslog}", Rfc5424Line);
BENCHMARK_CAPTURE(BM_Parse, rfc5424_structured_data, "{type: syslog}", StructuredLine);
BENCHMARK_CAPTURE(BM_Parse, rfc3164, "{type: syslog, timezone: Europe/Berlin}", Rfc3164Line);
BENCHMARK_CAPTURE(BM_Parse, json, "{type: json, time_key: ts}", JsonLine);
BENCHMARK_CAPTURE(BM_Parse, ltsv, "{type: ltsv}", LtsvLine);
BENCHMARK_CAPTURE(BM_Parse, none, "{type: none}", Rfc5424Line);
BENCHMARK_CAPTURE(BM_Parse, regexp_of_apache2,
                  "{type: regexp, time_format: '%d/%b/%Y:%H:%M:%S %z', types: {code: integer}, "
                  "expression: '^(?<host>[^ ]*) [^ ]* (?<user>[^ ]*) \\[(?<time>[^\\]]*)\\] "
                  "\"(?<method>\\S+) (?<path>\\S+) [^\"]*\" (?<code>\\d+) (?<size>\\S+) "
                  "\"(?<referer>[^\"]*)\" \"(?<agent>[^\"]*)\"$'}",
                  ApacheLine);

void BM_Format(benchmark::State& state, const char* yaml, const char* parser_yaml,
               std::string (*make)(int)) {
  const auto formatter = Make<Formatter>(yaml);
  const auto parser = Make<Parser>(parser_yaml);
  BatchBuilder batch;
  for (int i = 0; i < kLines; ++i) {
    RecordWriter record(batch, kNow);
    CHECK(parser->Parse(make(i), record) == nullptr);
    record.Commit();
  }
  const Tag tag("log");
  const Bytes entries = batch.Batch(tag).entries;
  ByteBuffer out;
  for (auto _ : state) {
    out.Clear();
    for (EntryIterator entry(entries); !entry.done(); entry.Next()) {
      formatter->Format(tag, *entry, out);
    }
    benchmark::DoNotOptimize(out.data());
  }
  ReportPerMillion(state, kLines, out.size());
}
BENCHMARK_CAPTURE(BM_Format, json_of_apache2, "{type: json}", "{type: apache2}", ApacheLine);
BENCHMARK_CAPTURE(BM_Format, json_of_rfc5424, "{type: json}", "{type: syslog}", Rfc5424Line);
BENCHMARK_CAPTURE(BM_Format, json_of_json, "{type: json}", "{type: json}", JsonLine);
BENCHMARK_CAPTURE(BM_Format, json_with_time_and_tag, "{type: json, time_key: t, tag_key: g}",
                  "{type: syslog}", Rfc5424Line);
BENCHMARK_CAPTURE(BM_Format, ltsv, "{type: ltsv}", "{type: apache2}", ApacheLine);
BENCHMARK_CAPTURE(BM_Format, single_value, "{type: single_value}", "{type: syslog}", Rfc5424Line);

}  // namespace
}  // namespace andon
