// A plugin in a file of its own, as one that is built outside this tree would be: a filter that
// drops everything.
#include "core/config/config_reader.h"
#include "core/event/entry.h"
#include "core/plugin/filter.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

struct SampleConfig {
  std::string word;

  static Result<SampleConfig> Parse(const ConfigNode& node) {
    SampleConfig config;
    ConfigReader reader(node);
    reader.Optional("word", &config.word, "a word that nobody reads");
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }
};

class SampleFilter : public Filter {
 public:
  using Config = SampleConfig;
  explicit SampleFilter(const SampleConfig&) {}
  void Apply(const EventBatch& in, TagTable& /*tags*/, BatchRewriter& out) override {
    for (EntryIterator it(in.entries); !it.done(); it.Next()) out.Drop(*it);
  }
};

const Register<Filter, SampleFilter> kSample("sample_file", "drops everything");

}  // namespace
}  // namespace andon
