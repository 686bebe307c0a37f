#include "core/app/text_table.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace andon {

size_t DisplayWidth(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::vector<std::string> WrapText(std::string_view text, size_t width) {
  std::vector<std::string> lines = {""};
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (DisplayWidth(line) + 1 + DisplayWidth(word) <= width) {
      line += ' ';
      line += word;
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

namespace {

// Of every column but the last.
std::vector<size_t> ColumnWidths(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    if (row.size() > widths.size() + 1) widths.resize(row.size() - 1);
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  return widths;
}

}  // namespace

std::string FormatTable(const std::vector<std::vector<std::string>>& rows, size_t indent,
                        size_t width) {
  const std::vector<size_t> widths = ColumnWidths(rows);
  constexpr size_t kNarrowest = 20;
  std::string table;
  for (const auto& row : rows) {
    std::string line(indent, ' ');
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - DisplayWidth(row[i]) + 2, ' ');
    }
    const size_t column = DisplayWidth(line);
    const size_t room = width > column + kNarrowest ? width - column : kNarrowest;
    for (const std::string& part : WrapText(row.empty() ? "" : row.back(), room)) {
      line += part;
      line.erase(line.find_last_not_of(' ') + 1);
      table += line + "\n";
      line.assign(column, ' ');
    }
  }
  return table;
}

size_t TerminalWidth() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 100;
  return std::clamp<size_t>(size.ws_col, 60, 120);
}

}  // namespace andon
