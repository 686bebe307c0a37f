#include "core/config/yaml_tree.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <streambuf>

#include "core/config/yaml_message.h"
#include "core/config/yaml_tree_builder.h"

namespace andon {
namespace {

// Reads from memory that it does not own.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

std::shared_ptr<ConfigData> ParseYaml(const SourceText& source,
                                      const std::shared_ptr<ProblemList>& problems) {
  ViewBuffer buffer(source.text());
  std::istream stream(&buffer);
  YamlTreeBuilder builder(source, problems);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.TakeRoot();
  } catch (const YamlStop& stop) {
    problems->Add(builder.Place(stop.mark), stop.message);
  } catch (const YAML::Exception& error) {
    char bracket = 0;
    const ConfigData* open = IsOpenBracket(error.msg) ? builder.OpenBracket(&bracket) : nullptr;
    if (open != nullptr) {
      problems->Add(open->mark, OpenBracketMessage(source, bracket, open->mark.line - 1));
    } else {
      problems->Add(builder.Place(error.mark), YamlMessage(source, error.msg, error.mark.line));
    }
  }
  return builder.TakeBroken();
}

}  // namespace andon
