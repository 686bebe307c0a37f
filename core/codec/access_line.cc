#include "core/codec/access_line.h"

#include "core/base/check.h"
#include "core/codec/byte_scan.h"

namespace andon {
namespace {

// Takes everything up to `end`, and `end` too.
[[gnu::always_inline]] inline bool TakeUntil(std::string_view& text, char end,
                                             std::string_view* taken) {
  const size_t at = FindByte(text, end);
  if (at == std::string_view::npos) return false;
  *taken = text.substr(0, at);
  text.remove_prefix(at + 1);
  return true;
}

[[gnu::always_inline]] inline bool Take(std::string_view& text, char expected) {
  if (text.empty() || text[0] != expected) return false;
  text.remove_prefix(1);
  return true;
}

// METHOD [PATH [PROTOCOL]]: what is between the first and the last run of spaces is the path.
[[gnu::always_inline]] inline bool ScanRequest(std::string_view request, AccessLine* line) {
  const size_t space = FindByte(request, ' ');
  // Without a space the pattern's method goes on beyond the quote; a tab ends it too.
  if (space == 0 || space == std::string_view::npos || HasControl(request)) return false;
  line->method = request.substr(0, space);
  const size_t path = request.find_first_not_of(' ', space);
  if (path == std::string_view::npos) {
    line->path = std::string_view();
    return true;
  }
  std::string_view rest = request.substr(path);
  size_t end = rest.rfind(' ');
  if (end == std::string_view::npos) {
    line->path = rest;
    return true;
  }
  while (end > 0 && rest[end - 1] == ' ') --end;
  line->path = rest.substr(0, end);
  return true;
}

// "..." without a quote inside, escaped ones too.
[[gnu::always_inline]] inline bool TakeQuoted(std::string_view& text, std::string_view* quoted) {
  return Take(text, '"') && TakeUntil(text, '"', quoted) && !quoted->ends_with('\\');
}

}  // namespace

bool ScanAccessLine(std::string_view text, AccessLine* line) {
  std::string_view ignored;
  std::string_view request;
  if (!TakeUntil(text, ' ', &line->host) || !TakeUntil(text, ' ', &ignored) ||
      !TakeUntil(text, ' ', &line->user) || !Take(text, '[') ||
      !TakeUntil(text, ']', &line->time) || !Take(text, ' ')) {
    return false;
  }
  if (!TakeQuoted(text, &request) || !ScanRequest(request, line)) return false;
  if (!Take(text, ' ') || !TakeUntil(text, ' ', &line->code)) return false;
  const size_t space = FindByte(text, ' ');
  line->size = text.substr(0, space);
  if (space == std::string_view::npos) return true;
  text.remove_prefix(space + 1);
  std::string_view referer;
  std::string_view agent;
  if (!TakeQuoted(text, &referer) || !Take(text, ' ') || !TakeQuoted(text, &agent)) return false;
  line->referer = referer;
  line->agent = agent;
  return text.empty();
}

AccessPattern::AccessPattern() {
  auto pattern = Pattern::Compile(R"re(^([^ ]*) [^ ]* ([^ ]*) \[([^\]]*)\] )re"
                                  R"re("(\S+)(?: +((?:[^"]|\\.)*?)(?: +\S*)?)?" ([^ ]*) ([^ ]*))re"
                                  R"re((?: "((?:[^"]|\\.)*)" "((?:[^"]|\\.)*)")?$)re");
  CHECK(pattern.ok());
  pattern_ = *std::move(pattern);
}

const char* AccessPattern::Match(std::string_view text, AccessLine* line) const {
  Captures captures;
  const Pattern::Outcome outcome = pattern_.Match(text, &captures);
  if (outcome == Pattern::Outcome::kNoMatch)
    return "the line is neither in Apache's common log format nor in its combined one";
  if (outcome == Pattern::Outcome::kLimit) return "the line is too hard to read";
  line->host = *captures[1];
  line->user = *captures[2];
  line->time = *captures[3];
  line->method = *captures[4];
  line->path = captures[5];
  line->code = *captures[6];
  line->size = *captures[7];
  line->referer = captures[8];
  line->agent = captures[9];
  return nullptr;
}

}  // namespace andon
