#include "core/codec/syslog_parser.h"

#include "core/plugin/registry.h"

namespace andon {
namespace {

void WriteField(std::string_view key, std::string_view value, RecordWriter& out) {
  if (!value.empty()) out.Field(key, value);
}

}  // namespace

void SyslogParserConfig::Read(ConfigReader& reader) {
  reader.Optional("protocol", &scan.protocol,
                  "what messages are: auto takes those with a version behind the priority as RFC "
                  "5424 and all others as RFC 3164");
  reader.Optional("timezone", &scan.zone,
                  "zone of times that name none: local, UTC, an offset as +09:00, or a name as "
                  "Europe/Berlin");
  reader.Optional("strict", &scan.strict,
                  "refuse names longer than RFC 5424 allows (host 255 bytes, ident 48, pid 128, "
                  "msgid 32), and messages of RFC 3164 without a timestamp; false takes these as "
                  "text, with the time of receipt");
  reader.Optional("structured_data", &structured_data,
                  "how RFC 5424's structured data is kept: map of maps, text as sent, or drop");
  reader.Optional("keep_timestamp", &keep_timestamp,
                  "keep the time as sent in the field timestamp too");
}

Result<SyslogParserConfig> SyslogParserConfig::Parse(const ConfigNode& node) {
  SyslogParserConfig config;
  ConfigReader reader(node);
  config.Read(reader);
  reader.Optional("with_priority", &config.scan.with_priority,
                  "messages begin with <PRI>; false for lines of a file");
  RETURN_IF_ERROR(reader.Finish());
  return config;
}

void SyslogParser::Write(const SyslogMessage& message, RecordWriter& out) {
  if (message.has_time) out.Time(message.time);
  if (message.priority >= 0) {
    out.Field("facility", SyslogFacilityName(message.facility()));
    out.Field("severity", SyslogSeverityName(message.severity()));
  }
  WriteField("host", message.host, out);
  WriteField("ident", message.ident, out);
  WriteField("pid", message.pid, out);
  WriteField("msgid", message.msgid, out);
  if (!message.timestamp.empty() && (config_.keep_timestamp || !message.has_time)) {
    out.Field("timestamp", message.timestamp);
  }
  if (!message.structured_data.empty()) {
    if (config_.structured_data == StructuredDataForm::kMap) {
      scanner_.structured_data().Write("structured_data", out);
    } else if (config_.structured_data == StructuredDataForm::kText) {
      out.Field("structured_data", message.structured_data);
    }
  }
  out.Field("message", message.message);
}

namespace {

const Register<Parser, SyslogParser> kSyslog("syslog", "syslog messages of RFC 3164 and RFC 5424");

}  // namespace
}  // namespace andon
