#include "core/app/plugins_command.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <string_view>
#include <vector>

#include "core/app/plugin_catalog.h"
#include "core/app/text_table.h"
#include "core/config/did_you_mean.h"
#include "core/plugin/plugin_files.h"

namespace andon {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::string_view kHowToWrite =
    "duration: 300ms, 5s, 1h30m, 7d. size: 512 (bytes), 10kB = 10 000, 64MiB = 67 108 864. "
    "list: one value may stand for a list of one.";

std::string Heading(const std::string& kind) { return kind + "s"; }

bool IsAsked(const CatalogEntry& entry, const std::string& name) {
  return name.empty() || entry.name == name || entry.kind + "/" + entry.name == name;
}

std::string TypeAndDefault(const OptionDescription& option) {
  std::string text = option.type;
  if (option.required) text += ", required";
  if (!option.default_text.empty()) text += ", default " + option.default_text;
  return text;
}

// `KEY  TYPE, default VALUE` with the help under the type.
std::string OptionsAsText(const std::vector<OptionDescription>& options, size_t width) {
  if (options.empty()) return "  no options\n";
  Rows rows;
  for (const OptionDescription& option : options) {
    rows.push_back({option.key, TypeAndDefault(option)});
    if (!option.help.empty()) rows.push_back({"", option.help});
  }
  return FormatTable(rows, 2, width);
}

void PrintDetails(const std::vector<CatalogEntry>& entries, size_t width, std::ostream& out) {
  for (const CatalogEntry& entry : entries) {
    out << entry.kind << " " << entry.name << ": " << entry.summary << "\n\n"
        << OptionsAsText(entry.options, width) << "\n";
    const bool has_more = entry.kind == "input" || entry.kind == "filter" || entry.kind == "output";
    if (has_more) out << "besides: andon plugins \"every " << entry.kind << "\"\n\n";
  }
  for (const std::string& line : WrapText(kHowToWrite, width)) out << line << "\n";
}

void PrintList(const std::vector<CatalogEntry>& entries, size_t width, std::ostream& out) {
  size_t longest = 0;
  for (const CatalogEntry& entry : entries) longest = std::max(longest, entry.name.size());
  std::string kind;
  for (const CatalogEntry& entry : entries) {
    if (entry.kind != kind) out << (kind.empty() ? "" : "\n") << Heading(entry.kind) << "\n";
    kind = entry.kind;
    out << FormatTable(
        {{entry.name + std::string(longest - entry.name.size(), ' '), entry.summary}}, 2, width);
  }
  out << "\nandon plugins NAME shows the options of one.\n";
}

// For a cell of a table.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*' || c == '_') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string Code(std::string_view text) {
  if (text.empty()) return "";
  std::string code = "`";
  for (const char c : text) code += c == '|' ? std::string("\\|") : std::string(1, c);
  return code + "`";
}

void PrintMarkdown(const std::vector<CatalogEntry>& entries, std::ostream& out) {
  std::string kind;
  for (const CatalogEntry& entry : entries) {
    if (entry.kind != kind) {
      std::string heading = Heading(entry.kind);
      heading[0] = static_cast<char>(heading[0] - 'a' + 'A');
      out << "## " << heading << "\n\n";
      kind = entry.kind;
    }
    out << "### " << entry.name << "\n\n" << Escaped(entry.summary) << "\n\n";
    if (entry.options.empty()) {
      out << "No options.\n\n";
      continue;
    }
    out << "| option | type | default | |\n| --- | --- | --- | --- |\n";
    for (const OptionDescription& option : entry.options) {
      out << "| " << Code(option.key) << " | " << Escaped(option.type) << " | "
          << (option.required ? "required" : Code(option.default_text)) << " | "
          << Escaped(option.help) << " |\n";
    }
    out << "\n";
  }
  out << Escaped(kHowToWrite) << "\n";
}

void PrintNames(const std::vector<std::string>& names, size_t width, std::ostream& out) {
  std::string text;
  for (const std::string& name : std::set<std::string>(names.begin(), names.end())) {
    text += text.empty() ? "There are " : ", ";
    text += name.find(' ') == std::string::npos ? name : '"' + name + '"';
  }
  for (const std::string& line : WrapText(text + ".", width)) out << line << "\n";
}

}  // namespace

int RunPlugins(const PluginsOptions& options, std::ostream& out, std::ostream& err) {
  const std::vector<CatalogEntry> catalog = PluginCatalog();
  std::vector<CatalogEntry> asked;
  std::vector<std::string> names;
  for (const CatalogEntry& entry : catalog) {
    names.push_back(entry.name);
    if (IsAsked(entry, options.name)) asked.push_back(entry);
  }
  if (asked.empty()) {
    const std::string meant = DidYouMean(options.name, names);
    err << "andon plugins: there is no \"" << options.name << "\""
        << (meant.empty() ? ", and no file of that name in " + PluginFolderText() : meant) << "\n";
    PrintNames(names, options.width, err);
    return 1;
  }
  if (options.markdown) {
    PrintMarkdown(asked, out);
  } else if (options.name.empty()) {
    PrintList(asked, options.width, out);
  } else {
    PrintDetails(asked, options.width, out);
  }
  return 0;
}

}  // namespace andon
