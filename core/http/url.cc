#include "core/http/url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace andon::http {
namespace {

bool IsUnreserved(unsigned char c) {
  return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
}

bool IsPort(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0;
}

}  // namespace

std::string EscapedPart(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (IsUnreserved(byte)) {
      escaped += c;
    } else {
      escaped += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return escaped;
}

Result<std::string> ParseNodeUrl(std::string_view text, uint16_t default_port) {
  const std::string quoted = '"' + std::string(text) + '"';
  std::string_view rest = text;
  std::string scheme = "http";
  if (const size_t mark = rest.find("://"); mark != std::string_view::npos) {
    scheme = rest.substr(0, mark);
    rest.remove_prefix(mark + 3);
  }
  if (scheme != "http" && scheme != "https") {
    return InvalidConfig(quoted + ": the scheme is http or https");
  }
  if (rest.find_first_of("?# ") != std::string_view::npos) {
    return InvalidConfig(quoted + ": a host, a port and a path is all that can stand here");
  }
  const std::string_view authority = rest.substr(0, rest.find('/'));
  std::string_view path = rest.substr(authority.size());
  while (path.ends_with('/')) path.remove_suffix(1);
  if (authority.find('@') != std::string_view::npos) {
    return InvalidConfig(
        "a URL with a user and a password is not taken: there are options for them");
  }
  const size_t behind_host = authority.starts_with('[') ? authority.find(']') : 0;
  if (behind_host == std::string_view::npos) return InvalidConfig(quoted + ": \"[\" is not closed");
  const size_t colon = authority.find(':', behind_host);
  if (authority.empty() || colon == 0) return InvalidConfig(quoted + ": the host is missing");
  std::string url = scheme + "://" + std::string(authority);
  if (colon == std::string_view::npos) {
    url += ":" + std::to_string(default_port);
  } else if (!IsPort(authority.substr(colon + 1))) {
    return InvalidConfig(quoted + ": the port is no number from 1 to 65535");
  }
  return url + std::string(path);
}

}  // namespace andon::http
