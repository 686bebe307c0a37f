#include "outputs/elasticsearch/bulk_answer.h"

#include <algorithm>
#include <cstring>

#include "core/base/json_scanner.h"

namespace andon::elasticsearch {
namespace {

using Token = JsonScanner::Token;

constexpr size_t kLongestReason = 2000;
constexpr size_t kShownBytes = 200;
constexpr int kCauses = 5;

void Append(std::string_view text, std::string& reason) {
  if (text.empty() || reason.size() > kLongestReason) return;
  if (reason.find(text) != std::string::npos) return;
  if (!reason.empty()) reason += ": ";
  reason += text.substr(0, kLongestReason);
}

// The object behind an `error` key or below it. Causes are nested: `depth` of them are told.
bool ReadError(JsonScanner& scan, int depth, AnswerError& error) {
  for (Token key = scan.Next(); key != Token::kObjectEnd; key = scan.Next()) {
    if (key != Token::kKey) return false;
    const std::string name(scan.text());
    const Token value = scan.Next();
    if (value == Token::kString && name == "type" && error.type.empty()) {
      error.type = scan.text();
    } else if (value == Token::kString && name == "reason") {
      Append(scan.text(), error.reason);
    } else if (value == Token::kObject && name == "caused_by" && depth > 0) {
      if (!ReadError(scan, depth - 1, error)) return false;
    } else if (!scan.Skip(value)) {
      return false;
    }
  }
  return true;
}

bool ReadErrorValue(JsonScanner& scan, AnswerError& error) {
  const Token value = scan.Next();
  if (value == Token::kObject) return ReadError(scan, kCauses, error);
  if (value == Token::kString) error.reason = scan.text().substr(0, kLongestReason);
  return scan.Skip(value);
}

struct Item {
  int status = 0;
  bool failed = false;
  AnswerError error;
};

// The value behind the key that was just read.
bool ReadMember(JsonScanner& scan, Item& item) {
  const std::string_view name = scan.text();
  if (name == "error") {
    item.failed = true;
    return ReadErrorValue(scan, item.error);
  }
  if (name != "status") return scan.Skip(Token::kKey);
  const bool number = scan.Next() == Token::kNumber;
  item.status = number ? scan.number() : 0;
  return number;
}

// Behind the `{` of what the operation's name stands in front of.
bool ReadItem(JsonScanner& scan, BulkAnswer& answer) {
  Item item;
  for (Token key = scan.Next(); key != Token::kObjectEnd; key = scan.Next()) {
    if (key != Token::kKey || !ReadMember(scan, item)) return false;
  }
  if (item.status < 100 || item.status > 599) return false;
  if (item.failed) answer.failures.push_back({answer.statuses.size(), std::move(item.error)});
  answer.statuses.push_back(static_cast<uint16_t>(item.status));
  return true;
}

// Of a length that the compiler knows.
template <size_t kSize>
bool StartsWith(std::string_view text, const char (&front)[kSize]) {
  return text.size() >= kSize - 1 && std::memcmp(text.data(), front, kSize - 1) == 0;
}

// What nearly every item is: stepped over in one go.
void SkipCreated(JsonScanner& scan, BulkAnswer& answer) {
  constexpr char kFirst[] = R"({"create":{"status":201}})";
  constexpr char kNext[] = R"(,{"create":{"status":201}})";
  const std::string_view text = scan.rest();
  size_t items = StartsWith(text, kFirst) ? 1 : 0;
  size_t at = items * (sizeof kFirst - 1);
  for (; StartsWith(text.substr(at), kNext); at += sizeof kNext - 1) ++items;
  if (items == 0) return;
  answer.statuses.resize(answer.statuses.size() + items, 201);
  scan.Advance(at);
}

bool ReadItems(JsonScanner& scan, BulkAnswer& answer) {
  if (scan.Next() != Token::kArray) return false;
  SkipCreated(scan, answer);
  for (Token item = scan.Next(); item != Token::kArrayEnd; item = scan.Next()) {
    if (item != Token::kObject || scan.Next() != Token::kKey || scan.Next() != Token::kObject ||
        !ReadItem(scan, answer) || scan.Next() != Token::kObjectEnd) {
      return false;
    }
    SkipCreated(scan, answer);
  }
  return true;
}

bool ReadAnswer(JsonScanner& scan, BulkAnswer& answer) {
  bool items = false;
  if (scan.Next() != Token::kObject) return false;
  for (Token key = scan.Next(); key != Token::kObjectEnd; key = scan.Next()) {
    if (key != Token::kKey) return false;
    if (scan.text() == "items") {
      if (items || !ReadItems(scan, answer)) return false;
      items = true;
    } else if (!scan.Skip(key)) {
      return false;
    }
  }
  return items && scan.Next() == Token::kEnd;
}

std::string Printable(std::string_view text) {
  std::string shown(text.substr(0, kShownBytes));
  std::ranges::replace_if(
      shown, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, ' ');
  return shown;
}

}  // namespace

Result<BulkAnswer> BulkAnswer::Parse(std::string_view untrusted) {
  BulkAnswer answer;
  JsonScanner scan(untrusted);
  if (ReadAnswer(scan, answer)) return answer;
  if (untrusted.empty()) return Corrupt("the answer is empty");
  return Corrupt("the answer is none to a _bulk: \"" + Printable(untrusted) + '"');
}

AnswerError ParseErrorAnswer(std::string_view untrusted) {
  AnswerError error;
  JsonScanner scan(untrusted);
  bool good = scan.Next() == Token::kObject;
  for (Token key = good ? scan.Next() : Token::kError; good && key == Token::kKey;
       key = scan.Next()) {
    good = scan.text() == "error" ? ReadErrorValue(scan, error) : scan.Skip(key);
  }
  if (error.reason.empty()) error.reason = Printable(untrusted);
  return error;
}

}  // namespace andon::elasticsearch
