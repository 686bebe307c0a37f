// Syslog from anybody: messages and streams. Whatever the bytes are, each message gives one event
// or one reason, and no byte of a stream makes the memory grow beyond the longest message. The
// first byte chooses the framing, the protocol and the pieces in which the stream comes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/codec/syslog_parser.h"
#include "core/event/entry.h"
#include "inputs/syslog/syslog_framer.h"

namespace andon {
namespace {

using syslog::Framing;
using syslog::Oversize;
using syslog::SyslogFramer;

constexpr EventTime kNow{1'795'266'739, 0};
constexpr size_t kMostBytes = 480;
constexpr size_t kLengthBytes = 10;  // Of octet counting, and its space.

void ParseOne(SyslogParser& parser, std::string_view text) {
  static const Tag kTag("syslog");
  BatchBuilder batch;
  RecordWriter record(batch, kNow);
  if (parser.Parse(text, record) != nullptr) return;
  record.Commit();
  // What was written is what everybody downstream will trust.
  EntryValidator validator;
  const EventBatch written = batch.Batch(kTag);
  const auto walked = validator.Walk(written.entries);
  CHECK(walked.outcome == WalkOutcome::kOk && walked.count == 1);
  CHECK(EntryIterator(written.entries)->record.Find("message").has_value());
}

void RunStream(SyslogFramer framer, std::string_view stream, size_t piece, SyslogParser& parser) {
  std::string kept;
  while (!stream.empty()) {
    const std::string_view part = stream.substr(0, piece);
    stream.remove_prefix(part.size());
    kept += part;
    std::string_view rest = kept;
    for (;;) {
      const SyslogFramer::Frame frame = framer.Next(rest);
      if (frame.kind == SyslogFramer::Kind::kMore) break;
      if (frame.kind == SyslogFramer::Kind::kBroken) return;
      CHECK(frame.text.size() <= kMostBytes);
      ParseOne(parser, frame.text);
    }
    kept = std::string(rest);
    CHECK(kept.size() <= kMostBytes + kLengthBytes);
  }
  ParseOne(parser, framer.Last(kept).text);
}

void FuzzOne(uint8_t choice, std::string_view bytes) {
  SyslogParserConfig config;
  config.scan.zone = TimeZone();
  config.scan.protocol = static_cast<SyslogProtocol>(choice % 3);
  config.scan.strict = (choice & 0x40) == 0;
  SyslogParser parser(config);
  ParseOne(parser, bytes);
  ParseOne(parser, bytes);  // Again, with what the first left in the caches.
  const auto framing = static_cast<Framing>(choice / 3 % 3);
  const Oversize oversize = (choice & 0x80) == 0 ? Oversize::kCut : Oversize::kDrop;
  RunStream(SyslogFramer(framing, kMostBytes, oversize), bytes, 1 + choice % 7U, parser);
  RunStream(SyslogFramer(framing, kMostBytes, oversize), bytes, 4096, parser);
}

}  // namespace
}  // namespace andon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  andon::FuzzOne(data[0], {reinterpret_cast<const char*>(data + 1), size - 1});
  return 0;
}
