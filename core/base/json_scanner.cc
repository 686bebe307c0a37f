#include "core/base/json_scanner.h"

#include <algorithm>
#include <charconv>

namespace andon {
namespace {

void AppendUtf8(uint32_t code, std::string& out) {
  const auto low = [&out](uint32_t bits) { out += static_cast<char>(0x80 | (bits & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    low(code);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | (code >> 12));
    low(code >> 6);
    low(code);
  } else {
    out += static_cast<char>(0xf0 | (code >> 18));
    low(code >> 12);
    low(code >> 6);
    low(code);
  }
}

// Four digits at the front of `text`; -1 when they are not there.
int32_t HexCode(std::string_view text) {
  uint32_t code = 0;
  if (text.size() < 4) return -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, code, 16);
  return error == std::errc() && end == text.data() + 4 ? static_cast<int32_t>(code) : -1;
}

// Behind `\u`: takes one code, or two that are a surrogate pair. A half alone becomes U+FFFD.
void UnescapeCode(std::string_view& text, std::string& out) {
  const int32_t first = HexCode(text);
  text.remove_prefix(std::min<size_t>(text.size(), 4));
  uint32_t code = first < 0 ? 0xfffd : static_cast<uint32_t>(first);
  if (code >= 0xd800 && code < 0xdc00 && text.starts_with("\\u")) {
    const int32_t second = HexCode(text.substr(2));
    if (second >= 0xdc00 && second < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (static_cast<uint32_t>(second) - 0xdc00);
      text.remove_prefix(6);
    }
  }
  AppendUtf8(code >= 0xd800 && code < 0xe000 ? 0xfffd : code, out);
}

void Unescape(std::string_view text, std::string& out) {
  constexpr std::string_view kLetters = "bfnrt";
  constexpr std::string_view kMeanings = "\b\f\n\r\t";
  out.clear();
  while (!text.empty()) {
    const size_t plain = std::min(text.find('\\'), text.size());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.size() < 2) return;
    const char kind = text[1];
    text.remove_prefix(2);
    const size_t letter = kLetters.find(kind);
    if (kind == 'u') {
      UnescapeCode(text, out);
    } else {
      out += letter == std::string_view::npos ? kind : kMeanings[letter];
    }
  }
}

}  // namespace

void JsonScanner::SkipSpace() {
  const size_t skipped = rest_.find_first_not_of(" \t\r\n");
  rest_.remove_prefix(std::min(skipped, rest_.size()));
}

JsonScanner::Token JsonScanner::Fail() {
  failed_ = true;
  rest_ = {};
  return Token::kError;
}

JsonScanner::Token JsonScanner::Next() {
  if (failed_) return Token::kError;
  SkipSpace();
  if (depth_ > 0) return InContainer();
  if (begun_) return rest_.empty() ? Token::kEnd : Fail();
  begun_ = true;
  return Value();
}

JsonScanner::Token JsonScanner::InContainer() {
  if (after_key_) {
    after_key_ = false;
    return Value();
  }
  if (rest_.empty()) return Fail();
  const bool object = objects_[depth_ - 1];
  if (rest_.front() == (object ? '}' : ']')) return Close(object);
  if (!first_) {
    if (rest_.front() != ',') return Fail();
    rest_.remove_prefix(1);
    SkipSpace();
  }
  first_ = false;
  if (!object) return Value();
  if (!rest_.starts_with('"')) return Fail();
  if (String(Token::kKey) == Token::kError) return Token::kError;
  SkipSpace();
  if (!rest_.starts_with(':')) return Fail();
  rest_.remove_prefix(1);
  after_key_ = true;
  return Token::kKey;
}

JsonScanner::Token JsonScanner::Value() {
  SkipSpace();
  if (rest_.empty()) return Fail();
  switch (rest_.front()) {
    case '{':
      return Open(true);
    case '[':
      return Open(false);
    case '"':
      return String(Token::kString);
    case 't':
      return Word("true", Token::kTrue);
    case 'f':
      return Word("false", Token::kFalse);
    case 'n':
      return Word("null", Token::kNull);
    default:
      return Number();
  }
}

JsonScanner::Token JsonScanner::Open(bool object) {
  if (depth_ == kMaxDepth) return Fail();
  objects_[depth_++] = object;
  rest_.remove_prefix(1);
  first_ = true;
  return object ? Token::kObject : Token::kArray;
}

JsonScanner::Token JsonScanner::Close(bool object) {
  --depth_;
  rest_.remove_prefix(1);
  first_ = false;
  return object ? Token::kObjectEnd : Token::kArrayEnd;
}

JsonScanner::Token JsonScanner::String(Token kind) {
  escapes_ = false;
  size_t at = 1;
  while (true) {
    at = rest_.find_first_of("\"\\", at);
    if (at == std::string_view::npos) return Fail();
    if (rest_[at] == '"') break;
    escapes_ = true;
    at += 2;
  }
  raw_ = rest_.substr(1, at - 1);
  rest_.remove_prefix(at + 1);
  return kind;
}

JsonScanner::Token JsonScanner::Word(std::string_view word, Token token) {
  if (!rest_.starts_with(word)) return Fail();
  rest_.remove_prefix(word.size());
  return token;
}

JsonScanner::Token JsonScanner::Number() {
  const size_t size = std::min(rest_.find_first_not_of("+-.0123456789eE"), rest_.size());
  if (size == 0) return Fail();
  raw_ = rest_.substr(0, size);
  escapes_ = false;
  rest_.remove_prefix(size);
  return Token::kNumber;
}

std::string_view JsonScanner::text() {
  if (!escapes_) return raw_;
  Unescape(raw_, unescaped_);
  return unescaped_;
}

int JsonScanner::number() const {
  int value = 0;
  std::from_chars(raw_.data(), raw_.data() + raw_.size(), value);
  return value;
}

bool JsonScanner::Skip(Token token) {
  if (token == Token::kError || token == Token::kEnd) return false;
  if (token == Token::kKey) token = Next();
  if (token != Token::kObject && token != Token::kArray) return token != Token::kError;
  const int outside = depth_ - 1;
  while (depth_ > outside) {
    if (Next() == Token::kError) return false;
  }
  return true;
}

namespace {

// Goes into the object or array that `token` has opened, up to the value behind `key`. False: there
// is none.
bool Enter(JsonScanner& scan, JsonScanner::Token token, const std::string& key) {
  using Token = JsonScanner::Token;
  if (token == Token::kArray) return key == "0";
  if (token != Token::kObject) return false;
  for (Token next = scan.Next(); next == Token::kKey; next = scan.Next()) {
    if (scan.text() == key) return true;
    if (!scan.Skip(next)) return false;
  }
  return false;
}

}  // namespace

std::string_view JsonAt(std::string_view untrusted, const std::vector<std::string>& path) {
  using Token = JsonScanner::Token;
  JsonScanner scan(untrusted);
  for (const std::string& key : path) {
    if (!Enter(scan, scan.Next(), key)) return {};
  }
  std::string_view from = scan.rest();
  const Token token = scan.Next();
  if (token == Token::kArrayEnd || token == Token::kObjectEnd || !scan.Skip(token)) return {};
  from.remove_suffix(scan.rest().size());
  from.remove_prefix(std::min(from.find_first_not_of(" \t\r\n"), from.size()));
  return from;
}

}  // namespace andon
