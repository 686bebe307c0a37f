#include "core/config/yaml_message.h"

#include <algorithm>
#include <array>
#include <utility>

namespace andon {
namespace {

constexpr std::pair<std::string_view, std::string_view> kMessages[] = {
    {"illegal map value",
     "\":\" is not allowed here; quote a text that holds \": \", or correct "
     "the indentation"},
    {"illegal block entry", "\"- \" is not allowed here; correct the indentation"},
    {"illegal map key", "a key is not allowed here; correct the indentation"},
    {"end of map not found",
     "key or \"key: value\" expected; correct the indentation, or put "
     "\":\" behind the key"},
    {"end of map flow not found", "\",\" or \"}\" is missing"},
    {"end of sequence not found", "\"- \" expected; correct the indentation"},
    {"end of sequence flow not found", "\",\" or \"]\" is missing"},
    {"illegal EOF in scalar", "a quote is never closed"},
    {"illegal document indicator in scalar", "a quote is never closed"},
    {"unknown escape character: ",
     "unknown escape behind \"\\\" in double quotes; write \\\\ for "
     "a backslash, or use single quotes"},
    {"invalid unicode: ", "escape is no character"},
    {"bad character found while scanning hex number", "escape needs hexadecimal digits"},
    {"unknown token", "character is not allowed here; quote the text"},
    {"illegal flow end", "\"]\" or \"}\" does not belong here"},
    {"the referenced anchor is not defined",
     "a text that begins with \"*\" is to be quoted; as an alias it has no anchor"},
    {"cannot assign multiple anchors to the same node", "a value can have one anchor only"},
    {"cannot assign multiple tags to the same node", "a value can have one tag only"},
    {"alias not found after *", "\"*\" begins an alias; quote the text"},
    {"anchor not found after &", "\"&\" begins an anchor; quote the text"},
    {"illegal character found while scanning alias", "\"*\" begins an alias; quote the text"},
    {"illegal character found while scanning anchor", "\"&\" begins an anchor; quote the text"},
    {"aliases can't have any content, *including* tags", "an alias can have no tag"},
    {"unexpected character in block scalar", "unexpected character behind \"|\" or \">\""},
};

bool HasTabInIndentation(std::string_view line) {
  const size_t content = line.find_first_not_of(" \t");
  return line.substr(0, content).find('\t') != std::string_view::npos;
}

// `type:tail`: to YAML that is one word. Not `http://` or `10:30`.
bool LacksSpaceBehindColon(std::string_view line) {
  const size_t begin = line.find_first_not_of(" -");
  if (begin == std::string_view::npos) return false;
  line.remove_prefix(begin);
  const size_t key = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
  if (key == 0 || key == std::string_view::npos || line[key] != ':') return false;
  return key + 1 < line.size() && line[key + 1] != ' ' && line[key + 1] != '/';
}

// `{path: /x/${tag}.log}`: within brackets a brace needs quotes around it.
bool HasBareReference(std::string_view line) {
  char quote = 0;
  int depth = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (depth > 0 && line.substr(i, 2) == "${") {
      return true;
    } else {
      depth += c == '{' || c == '[' ? 1 : 0;
    }
  }
  return false;
}

std::string AboutLine(const SourceText& source, size_t line) {
  const std::string number = std::to_string(line + 1);
  if (HasTabInIndentation(source.Line(line))) {
    return "tab in the indentation of line " + number + "; YAML allows spaces only";
  }
  if (HasBareReference(source.Line(line))) {
    return "\"${\" in line " + number +
           " needs quotes around its text, as it stands within { } or [ ]";
  }
  if (LacksSpaceBehindColon(source.Line(line))) {
    return "\":\" in line " + number + " needs a space behind it";
  }
  return {};
}

}  // namespace

std::string YamlMessage(const SourceText& source, std::string_view parser_message, int line) {
  if (line >= 0) {
    // The parser often complains one line late.
    const auto at = static_cast<size_t>(line);
    for (const size_t candidate : {at, at == 0 ? at : at - 1}) {
      std::string message = AboutLine(source, candidate);
      if (!message.empty()) return message;
    }
  }
  for (const auto& [theirs, ours] : kMessages) {
    if (parser_message.substr(0, theirs.size()) == theirs) return std::string(ours);
  }
  return std::string(parser_message);
}

bool IsOpenBracket(std::string_view parser_message) {
  return parser_message == "end of map flow not found" ||
         parser_message == "end of sequence flow not found";
}

std::string OpenBracketMessage(const SourceText& source, char bracket, int line) {
  std::string hint = AboutLine(source, line < 0 ? 0 : static_cast<size_t>(line));
  return hint.empty() ? std::string("\"") + bracket + "\" is never closed" : hint;
}

std::string_view SkipProperties(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  while (text.starts_with('&') || text.starts_with('!')) {
    text.remove_prefix(std::min(text.find_first_of(kBlank), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  }
  return text;
}

std::string_view NullWord(std::string_view text) {
  text = SkipProperties(text);
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (text.starts_with(word)) return text.substr(0, word.size());
  }
  return {};
}

bool ClosesItsQuote(std::string_view text) {
  text = SkipProperties(text);
  if (text.empty() || (text[0] != '"' && text[0] != '\'')) return true;
  const char quote = text[0];
  for (size_t i = 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || text.substr(i + 1, 1) != "'") return true;
      ++i;
    }
  }
  return false;
}

bool IsKnownYamlTag(std::string_view tag) {
  constexpr std::string_view kCore = "tag:yaml.org,2002:";
  if (tag.empty() || tag == "?" || tag == "!") return true;
  if (tag.substr(0, kCore.size()) != kCore) return false;
  constexpr std::array<std::string_view, 7> kNames = {"str",  "int", "float", "bool",
                                                      "null", "map", "seq"};
  return std::find(kNames.begin(), kNames.end(), tag.substr(kCore.size())) != kNames.end();
}

}  // namespace andon
