#include "core/config/source_text.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/base/utf8.h"

namespace andon {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsControl(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

std::string Hex(char c) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto byte = static_cast<uint8_t>(c);
  return std::string("0x") + kDigits[byte >> 4] + kDigits[byte & 15];
}

}  // namespace

SourceText::SourceText(std::string name, std::string_view untrusted)
    : name_(std::move(name)), text_(untrusted) {
  if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text_.remove_prefix(kByteOrderMark.size());
  }
  line_starts_.push_back(0);
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
  }
}

bool SourceText::Check(std::vector<Problem>* problems) const {
  if (text_.size() > kMaxConfigBytes) {
    problems->push_back({{name_, 0, 0},
                         "file has " + std::to_string(text_.size()) + " bytes, at most " +
                             std::to_string(kMaxConfigBytes) + " are read"});
    return false;
  }
  const std::string_view start = text_.substr(0, 2);
  if (start == "\xFF\xFE" || start == "\xFE\xFF") {
    problems->push_back({{name_, 1, 1}, "file is UTF-16; save it as UTF-8"});
    return false;
  }
  for (size_t i = 0; i < text_.size();) {
    const size_t length = Utf8CharacterSize(text_.substr(i));
    if (length == 0) {
      problems->push_back(
          {AtOffset(i), "byte " + Hex(text_[i]) + " is not UTF-8; save the file as UTF-8"});
      return false;
    }
    if (length == 1 && IsControl(text_[i])) {
      problems->push_back({AtOffset(i), "control character " + Hex(text_[i]) +
                                            " is not allowed; in double quotes write it as \\x" +
                                            Hex(text_[i]).substr(2)});
      return false;
    }
    i += length;
  }
  return true;
}

Mark SourceText::AtOffset(size_t offset) const {
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<size_t>(after - line_starts_.begin()) - 1;
  return At(line, offset - line_starts_[line]);
}

Mark SourceText::At(size_t line, size_t column) const {
  const std::string_view content = Line(line);
  const std::string_view before = content.substr(0, std::min(column, content.size()));
  // Continuation bytes of UTF-8 are no characters of their own.
  const auto characters = std::count_if(before.begin(), before.end(), [](char c) {
    return (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  });
  const size_t known_line = std::min(line, line_starts_.size() - 1);
  return {name_, static_cast<int>(known_line) + 1, static_cast<int>(characters) + 1};
}

std::string_view SourceText::From(size_t line, size_t column) const {
  if (line >= line_starts_.size()) return {};
  return text_.substr(std::min(line_starts_[line] + column, text_.size()));
}

std::string_view SourceText::Line(size_t line) const {
  if (line >= line_starts_.size()) return {};
  const size_t begin = line_starts_[line];
  const size_t end = line + 1 < line_starts_.size() ? line_starts_[line + 1] - 1 : text_.size();
  std::string_view content = text_.substr(begin, end - begin);
  if (!content.empty() && content.back() == '\r') content.remove_suffix(1);
  return content;
}

}  // namespace andon
