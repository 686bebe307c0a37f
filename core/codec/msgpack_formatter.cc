// formatter/msgpack: the record as it is, one msgpack map behind the other.
//
//   format: {type: msgpack}
#include "core/config/config_reader.h"
#include "core/plugin/formatter.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

struct MsgpackConfig {
  bool entries = false;

  static Result<MsgpackConfig> Parse(const ConfigNode& node) {
    MsgpackConfig config;
    ConfigReader reader(node);
    reader.Optional("entries", &config.entries,
                    "write [time, record], as forward's PackedForward has it, in place of record");
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }
};

class MsgpackFormatter : public Formatter {
 public:
  using Config = MsgpackConfig;
  explicit MsgpackFormatter(const Config& config) : entries_(config.entries) {}

  void Format(const Tag& /*tag*/, const EntryView& entry, ByteBuffer& out) override {
    out.Append(entries_ ? entry.bytes : entry.record.map().bytes());
  }

 private:
  bool entries_;
};

const Register<Formatter, MsgpackFormatter> kMsgpack("msgpack",
                                                     "the record as msgpack, nothing between");

}  // namespace
}  // namespace andon
