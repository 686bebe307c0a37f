// formatter/json: one JSON object a line.
//
//   format: {type: json, time_key: "@timestamp", tag_key: tag}
//
// What msgpack has and JSON has not is described in json_writer.h.
#include <array>
#include <string>

#include "core/codec/json_writer.h"
#include "core/codec/time_format.h"
#include "core/config/config_reader.h"
#include "core/event/common_entry_head.h"
#include "core/event/entry_head.h"
#include "core/event/msgpack_walk.h"
#include "core/plugin/formatter.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

struct JsonFormatterConfig {
  std::string tag_key;
  std::string time_key;
  TimeFormat time_format;
  TimeZone zone;
  bool add_newline = true;

  static Result<JsonFormatterConfig> Parse(const ConfigNode& node) {
    JsonFormatterConfig config;
    ConfigReader reader(node);
    reader.Optional("tag_key", &config.tag_key,
                    "key that gets the tag, in place of a field of that name; empty: none");
    reader.Optional("time_key", &config.time_key,
                    "key that gets the time, in place of a field of that name; empty: none");
    reader.Optional("time_format", &config.time_format,
                    "how that time is written, as strftime(3) has it, with %N for fractions; "
                    "iso8601; unixtime and float are numbers");
    reader.Optional("timezone", &config.zone,
                    "zone of that time: UTC, local, an offset as +09:00, or a name as "
                    "Europe/Berlin");
    reader.Optional("add_newline", &config.add_newline, "end each event with a line end");
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }
};

class JsonFormatter : public Formatter {
 public:
  using Config = JsonFormatterConfig;
  explicit JsonFormatter(const Config& config)
      : config_(config),
        injected_{config_.tag_key, config_.time_key},
        clock_(config.zone),
        plain_(config.tag_key.empty() && config.time_key.empty()),
        time_is_number_(config.time_format.text() == "unixtime" ||
                        config.time_format.text() == "float") {}
  JsonFormatter(const JsonFormatter&) = delete;
  JsonFormatter& operator=(const JsonFormatter&) = delete;

  void Format(const Tag& tag, const EntryView& entry, ByteBuffer& out) override {
    if (plain_) {
      records_.Append(entry.record.map().bytes().data(), EndOf(entry.bytes), out);
    } else {
      FormatWithKeys(tag, entry, out);
    }
    if (config_.add_newline) out.Append('\n');
  }

  // Nothing but the records is looked at, and each once: where it ends is seen as it is written.
  void FormatAll(const Tag& tag, Bytes entries, ByteBuffer& out) override {
    if (!plain_) return Formatter::FormatAll(tag, entries, out);
    while (!entries.empty()) {
      const std::byte* const end = AppendRecordOf(entries, out);
      if (config_.add_newline) out.Append('\n');
      entries = entries.subspan(static_cast<size_t>(end - entries.data()));
    }
  }

 private:
  static const std::byte* EndOf(Bytes bytes) { return bytes.data() + bytes.size(); }

  // Of the first entry; returns where that ends.
  const std::byte* AppendRecordOf(Bytes entries, ByteBuffer& out) {
    const std::byte* const at = entries.data();
    const std::byte* const readable = EndOf(entries);
    if (entries.size() >= CommonEntryHead::kLookAhead) {
      const size_t head = CommonEntryHead::Read(at).bytes;
      if (head > 0) return records_.Append(at + head, readable, out);
    }
    records_.Append(ReadEntryHead(at).record, readable, out);
    return at + ValueSize(at);
  }

  void FormatWithKeys(const Tag& tag, const EntryView& entry, ByteBuffer& out) {
    out.Append('{');
    const size_t begin = out.size();
    if (!config_.tag_key.empty()) {
      AppendJsonString(config_.tag_key, out);
      out.Append(':');
      AppendJsonString(tag.text(), out);
    }
    if (!config_.time_key.empty()) {
      if (out.size() > begin) out.Append(',');
      AppendJsonString(config_.time_key, out);
      out.Append(':');
      AppendTime(entry.time, out);
    }
    AppendJsonFields(entry.record, WithoutInjected(), false, out);
    out.Append('}');
  }

  std::span<const std::string_view> WithoutInjected() const {
    // A key that is not used is empty, as a field's may be.
    if (config_.tag_key.empty()) return std::span(injected_).subspan(1);
    return std::span(injected_).first(config_.time_key.empty() ? 1 : 2);
  }

  void AppendTime(EventTime time, ByteBuffer& out) {
    if (time_is_number_) return config_.time_format.Write(time, clock_, out);
    scratch_.Clear();
    config_.time_format.Write(time, clock_, scratch_);
    AppendJsonString(scratch_.text(), out);
  }

  Config config_;
  std::array<std::string_view, 2> injected_;  // Borrowed from config_.
  ZoneClock clock_;
  JsonRecordWriter records_;
  bool plain_;
  bool time_is_number_;
  ByteBuffer scratch_;
};

const Register<Formatter, JsonFormatter> kJson("json", "one JSON object a line");

}  // namespace
}  // namespace andon
