// formatter/ltsv: labeled tab-separated values (http://ltsv.org).
//
//   format: {type: ltsv, replacement: " "}
//
// Nested values are written as JSON. A delimiter or a line end within a value, and either delimiter
// within a label, is replaced: the line stays one line with its fields.
#include <string>

#include "core/codec/byte_scan.h"
#include "core/codec/json_writer.h"
#include "core/config/config_reader.h"
#include "core/plugin/formatter.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

struct LtsvFormatterConfig {
  std::string delimiter = "\t";
  std::string label_delimiter = ":";
  std::string replacement = " ";
  bool add_newline = true;

  static Result<LtsvFormatterConfig> Parse(const ConfigNode& node) {
    LtsvFormatterConfig config;
    ConfigReader reader(node);
    reader.Optional("delimiter", &config.delimiter,
                    "text between two fields; a tab when not given");
    reader.Optional("label_delimiter", &config.label_delimiter,
                    "text between a label and its value");
    reader.Optional("replacement", &config.replacement,
                    "text in place of delimiters and line ends within a label or a value");
    reader.Optional("add_newline", &config.add_newline, "end each event with a line end");
    if (config.delimiter.empty()) reader.Fail("delimiter", "delimiter must not be empty");
    if (config.label_delimiter.empty()) {
      reader.Fail("label_delimiter", "label_delimiter must not be empty");
    }
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }
};

class LtsvFormatter : public Formatter {
 public:
  using Config = LtsvFormatterConfig;
  explicit LtsvFormatter(const Config& config) : config_(config) {}

  void Format(const Tag& /*tag*/, const EntryView& entry, ByteBuffer& out) override {
    bool first = true;
    for (MapIterator field = entry.record.begin(); !field.done(); field.Next()) {
      if (!first) out.Append(config_.delimiter);
      first = false;
      AppendClean(TextOf(field.key()), config_.label_delimiter, out);
      out.Append(config_.label_delimiter);
      AppendClean(TextOf(field.value()), {}, out);
    }
    if (config_.add_newline) out.Append('\n');
  }

 private:
  // Strings as they are, null as nothing, all else as JSON. Borrows the value or scratch_.
  std::string_view TextOf(ValueView value) {
    if (const auto text = value.AsText(); text.has_value()) return *text;
    scratch_.Clear();
    if (value.type() != ValueType::kNil) AppendJson(value, scratch_);
    return scratch_.text();
  }

  // `also`: what besides the delimiter must not stand there; may be empty.
  void AppendClean(std::string_view text, std::string_view also, ByteBuffer& out) const {
    if (IsClean(text, also)) return out.Append(text);
    size_t kept = 0;
    size_t at = 0;
    while (at < text.size()) {
      const size_t bad = BadSize(text.substr(at), also);
      if (bad == 0) {
        ++at;
        continue;
      }
      out.Append(text.substr(kept, at - kept));
      out.Append(config_.replacement);
      at += bad;
      kept = at;
    }
    out.Append(text.substr(kept));
  }
  // May be false for what is clean.
  bool IsClean(std::string_view text, std::string_view also) const {
    const auto lacks = [text](char c) { return FindByte(text, c) == std::string_view::npos; };
    return lacks('\n') && lacks('\r') && lacks(config_.delimiter[0]) &&
           (also.empty() || lacks(also[0]));
  }
  size_t BadSize(std::string_view text, std::string_view also) const {
    if (text[0] == '\n' || text[0] == '\r') return 1;
    if (text.starts_with(config_.delimiter)) return config_.delimiter.size();
    return !also.empty() && text.starts_with(also) ? also.size() : 0;
  }

  Config config_;
  ByteBuffer scratch_;
};

const Register<Formatter, LtsvFormatter> kLtsv("ltsv", "labeled tab-separated values");

}  // namespace
}  // namespace andon
