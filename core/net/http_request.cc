#include "core/net/http_request.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace andon {

namespace {

constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kVersionNotSupported = 505;

bool IsTokenCharacter(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool ParseTarget(std::string_view target, HttpRequest* request) {
  if (target.starts_with("http://")) {  // The form that proxies send.
    const size_t path = target.find('/', 7);
    target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  const auto visible = [](char c) { return c > ' ' && c != '\x7f'; };
  if (!target.starts_with('/') || !std::all_of(target.begin(), target.end(), visible)) return false;
  const size_t question = target.find('?');
  if (question != std::string_view::npos) request->query = target.substr(question + 1);
  auto path = PercentDecoded(target.substr(0, question));
  if (!path.has_value()) return false;
  request->path = *std::move(path);
  return true;
}

int ParseRequestLine(std::string_view line, HttpHead* head) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return kBadRequest;
  const std::string_view version = line.substr(last + 1);
  const std::string_view method = line.substr(0, first);
  if (!IsToken(method) || !version.starts_with("HTTP/")) return kBadRequest;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return kVersionNotSupported;
  head->keep_alive = version == "HTTP/1.1";
  head->request.method = method;
  return ParseTarget(line.substr(first + 1, last - first - 1), &head->request) ? kOk : kBadRequest;
}

int ParseField(std::string_view line, HttpHead* head) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) return kBadRequest;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trim(line.substr(colon + 1));
  if (EqualsIgnoringCase(name, "connection")) {
    if (EqualsIgnoringCase(value, "close")) head->keep_alive = false;
    if (EqualsIgnoringCase(value, "keep-alive")) head->keep_alive = true;
  } else if (EqualsIgnoringCase(name, "content-length")) {
    head->has_body = head->has_body || value != "0";
  } else if (EqualsIgnoringCase(name, "transfer-encoding")) {
    head->has_body = true;
  }
  return kOk;
}

// The next line without its end, which is taken off `text`. Nothing when there is no whole line.
std::optional<std::string_view> NextLine(std::string_view* text) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text->substr(0, end);
  text->remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

int ParseHttpHead(std::string_view untrusted, HttpHead* head) {
  *head = HttpHead();
  std::string_view rest = untrusted;
  int status = 0;
  while (const auto line = NextLine(&rest)) {
    if (line->find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos) {
      return kBadRequest;
    }
    if (status == 0) {
      if (line->empty()) continue;  // RFC 9112, 2.2: ignore empty lines in front.
      status = ParseRequestLine(*line, head);
    } else if (line->empty()) {
      head->size_bytes = untrusted.size() - rest.size();
      return kOk;
    } else {
      status = ParseField(*line, head);
    }
    if (status != kOk) return status;
  }
  return 0;
}

}  // namespace andon
