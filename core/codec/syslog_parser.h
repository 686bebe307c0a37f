// parser/syslog: syslog messages into records. Also what inputs/syslog is made of.
//
//   parse: {type: syslog, protocol: auto, timezone: Europe/Berlin}
//
// Fields: facility and severity (fluentd's names), host, ident, pid, msgid, structured_data (a map
// of maps), message. What a message does not say is left out, but `message`. A time that no event
// can have (before 1970, after 2106-02-07) is kept as `timestamp`; the event has the receiver's.
#pragma once

#include <string_view>

#include "core/codec/syslog_scanner.h"
#include "core/config/config_reader.h"
#include "core/plugin/parser.h"

namespace andon {

enum class StructuredDataForm : uint8_t { kMap, kText, kDrop };
template <>
struct EnumNames<StructuredDataForm> {
  static constexpr std::pair<std::string_view, StructuredDataForm> kNames[] = {
      {"map", StructuredDataForm::kMap},
      {"text", StructuredDataForm::kText},
      {"drop", StructuredDataForm::kDrop}};
};

struct SyslogParserConfig {
  SyslogScanner::Options scan;
  StructuredDataForm structured_data = StructuredDataForm::kMap;
  bool keep_timestamp = false;

  // Every option but `with_priority`; for the input, whose messages always have one.
  void Read(ConfigReader& reader);
  static Result<SyslogParserConfig> Parse(const ConfigNode& node);
};

class SyslogParser : public Parser {
 public:
  using Config = SyslogParserConfig;
  explicit SyslogParser(const Config& config) : config_(config), scanner_(config.scan) {}

  const char* Parse(std::string_view text, RecordWriter& out) override {
    SyslogMessage message;
    if (const char* why = Scan(text, out.time(), &message); why != nullptr) return why;
    Write(message, out);
    return nullptr;
  }

  // The two halves of Parse: for who must know the priority before it writes. What is written is
  // the message that was scanned last.
  const char* Scan(std::string_view text, EventTime now, SyslogMessage* message) {
    return scanner_.Scan(text, now, message);
  }
  void Write(const SyslogMessage& message, RecordWriter& out);

 private:
  uint32_t WriteStructuredData(std::string_view elements, MsgpackPen& pen);

  Config config_;
  SyslogScanner scanner_;
};

}  // namespace andon
