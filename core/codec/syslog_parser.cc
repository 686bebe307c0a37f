#include "core/codec/syslog_parser.h"

#include <array>
#include <utility>

#include "core/event/msgpack_pen.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

// facility and severity with their values, by the priority.
using PackedPriority = PackedLiteral<40>;
constexpr auto kPriorities = []<size_t... kPriority>(std::index_sequence<kPriority...>) {
  return std::array{PackedPriority("facility", kSyslogFacilities[kPriority >> 3], "severity",
                                   kSyslogSeverities[kPriority & 7])...};
}
(std::make_index_sequence<kSyslogPriorities>());

constexpr PackedKey kHost("host");
constexpr PackedKey kIdent("ident");
constexpr PackedKey kPid("pid");
constexpr PackedKey kMsgid("msgid");
constexpr PackedKey kTimestamp("timestamp");
constexpr PackedKey kStructuredData("structured_data");
constexpr PackedKey kMessage("message");

// Of all fields, but the texts themselves.
constexpr size_t kRoom = PackedPriority::kBytes + 7 * (PackedKey::kBytes + MsgpackPen::kHeadRoom);

size_t TextBytes(const SyslogMessage& message) {
  return message.host.size() + message.ident.size() + message.pid.size() + message.msgid.size() +
         message.timestamp.size() + message.message.size();
}

// Returns how many fields that was.
uint32_t WriteField(const PackedKey& key, std::string_view value, MsgpackPen& pen) {
  if (value.empty()) return 0;
  pen.Put(key);
  pen.String(value);
  return 1;
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

uint32_t SyslogParser::WriteStructuredData(std::string_view elements, MsgpackPen& pen) {
  if (elements.empty() || config_.structured_data == StructuredDataForm::kDrop) return 0;
  if (config_.structured_data == StructuredDataForm::kText) {
    return WriteField(kStructuredData, elements, pen);
  }
  pen.Put(kStructuredData);
  scanner_.structured_data().Write(pen);
  return 1;
}

void SyslogParser::Write(const SyslogMessage& message, RecordWriter& out) {
  if (message.has_time) out.Time(message.time);
  MsgpackPen pen(out.BeginFields(kRoom + TextBytes(message) +
                                 scanner_.structured_data().RoomFor(message.structured_data)));
  uint32_t fields = 0;
  if (message.priority >= 0) {
    pen.Put(kPriorities[static_cast<size_t>(message.priority)]);
    fields += 2;
  }
  fields += WriteField(kHost, message.host, pen);
  fields += WriteField(kIdent, message.ident, pen);
  fields += WriteField(kPid, message.pid, pen);
  fields += WriteField(kMsgid, message.msgid, pen);
  if (config_.keep_timestamp || !message.has_time) {
    fields += WriteField(kTimestamp, message.timestamp, pen);
  }
  fields += WriteStructuredData(message.structured_data, pen);
  pen.Put(kMessage);
  pen.String(message.message);
  out.EndFields(fields + 1, pen.at());
}

namespace {

const Register<Parser, SyslogParser> kSyslog("syslog", "syslog messages of RFC 3164 and RFC 5424");

}  // namespace
}  // namespace andon
