// Lines from anybody through the parsers, and what they make through the formatters: each line
// gives one valid entry or one reason; JSON that is written can be read again. The first byte
// chooses the parser.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/codec/access_line.h"
#include "core/codec/json_writer.h"
#include "core/config/config_node.h"
#include "core/event/entry.h"
#include "core/plugin/formatter.h"
#include "core/plugin/parser.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

constexpr EventTime kNow{1'795'266'739, 0};

template <class Kind>
std::unique_ptr<Kind> Make(const char* yaml) {
  auto config = Config::FromText(yaml, "fuzz.yaml");
  auto factory = ParsePlugin<Kind>(config->root());
  CHECK(factory.ok());
  return (*factory)();
}

Parser& ParserOf(uint8_t choice) {
  static const std::array<std::unique_ptr<Parser>, 7> kParsers = {
      Make<Parser>("{type: json, timezone: UTC}"),
      Make<Parser>(
          "{type: json, types: {a: integer, b: float, c: array}, null_empty_string: true}"),
      Make<Parser>("{type: apache2}"),
      Make<Parser>("{type: ltsv, types: {a: integer, b: float, c: bool, d: time}}"),
      Make<Parser>("{type: ltsv, delimiter_pattern: '[, ]+', label_delimiter: '='}"),
      Make<Parser>(
          "{type: regexp, expression: '^(?<a>[^ ]*) (?<time>.*?) (?<b>.+)$', timezone: UTC, "
          "types: {a: integer, b: 'array:;'}}"),
      Make<Parser>("{type: none}")};
  return *kParsers[choice % kParsers.size()];
}

void FormatAll(const EventBatch& batch) {
  static const std::array<std::unique_ptr<Formatter>, 4> kFormatters = {
      Make<Formatter>("{type: json, tag_key: tag, time_key: time}"),
      Make<Formatter>("{type: ltsv}"), Make<Formatter>("{type: single_value}"),
      Make<Formatter>("{type: msgpack}")};
  ByteBuffer out;
  for (const auto& formatter : kFormatters) {
    formatter->Format(batch.tag, *EntryIterator(batch.entries), out);
  }
}

// JSON that is written must be JSON, whatever the record holds.
void ReadBack(const EventBatch& batch) {
  static const std::unique_ptr<Parser> kJson = Make<Parser>("{type: json, time_key: ''}");
  ByteBuffer json;
  AppendJson(EntryIterator(batch.entries)->record.map(), json);
  BatchBuilder again;
  RecordWriter record(again, kNow);
  CHECK(kJson->Parse(json.text(), record) == nullptr);
}

// Where the scanner says yes, the pattern must find the same.
void CompareAccessLine(std::string_view text) {
  static const AccessPattern kPattern;
  AccessLine fast;
  AccessLine slow;
  if (!ScanAccessLine(text, &fast) || text.size() > 2000) return;
  CHECK(kPattern.Match(text, &slow) == nullptr);
  CHECK(fast.host == slow.host && fast.user == slow.user && fast.time == slow.time);
  CHECK(fast.method == slow.method && fast.path == slow.path && fast.code == slow.code);
  CHECK(fast.size == slow.size && fast.referer == slow.referer && fast.agent == slow.agent);
}

void FuzzOne(uint8_t choice, std::string_view text) {
  static const Tag kTag("fuzz");
  CompareAccessLine(text);
  BatchBuilder builder;
  {
    RecordWriter record(builder, kNow);
    if (ParserOf(choice).Parse(text, record) != nullptr) return;
    record.Commit();
  }
  const EventBatch batch = builder.Batch(kTag);
  EntryValidator validator;
  const auto walked = validator.Walk(batch.entries);
  CHECK(walked.outcome == WalkOutcome::kOk && walked.count == 1);
  FormatAll(batch);
  ReadBack(batch);
}

}  // namespace
}  // namespace andon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  andon::FuzzOne(data[0], {reinterpret_cast<const char*>(data + 1), size - 1});
  return 0;
}
