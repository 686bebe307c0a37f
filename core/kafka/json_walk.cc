#include "core/kafka/json_walk.h"

#include <charconv>
#include <vector>

#include "core/base/json_scanner.h"

namespace andon::kafka {

namespace {

using Token = JsonScanner::Token;

void Visit(std::string_view number, std::span<const std::string_view> path, JsonVisitor& visitor) {
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error == std::errc() && end == number.data() + number.size()) visitor.OnNumber(path, value);
}

}  // namespace

bool WalkJson(std::string_view untrusted, JsonVisitor& visitor) {
  JsonScanner scan(untrusted);
  std::vector<std::string_view> path;
  for (Token token = scan.Next(); token != Token::kEnd; token = scan.Next()) {
    if (token == Token::kError) return false;
    if (token == Token::kObject) continue;
    if (token == Token::kKey) {
      path.push_back(scan.raw());
      continue;
    }
    if (token == Token::kArray && !scan.Skip(token)) return false;
    if (token == Token::kNumber && !path.empty()) Visit(scan.raw(), path, visitor);
    if (!path.empty()) path.pop_back();
  }
  return true;
}

}  // namespace andon::kafka
