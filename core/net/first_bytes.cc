#include "core/net/first_bytes.h"

#include <algorithm>
#include <string_view>

namespace andon {
namespace {

struct Beginning {
  std::string_view text;
  FirstBytes what;
};
// RFC 8446 section 5.1: a handshake of any version, SSL 3 included.
constexpr Beginning kBeginnings[] = {{"\x16\x03", FirstBytes::kTls},
                                     {"GET /", FirstBytes::kHttp},
                                     {"POST /", FirstBytes::kHttp},
                                     {"PUT /", FirstBytes::kHttp},
                                     {"HEAD /", FirstBytes::kHttp}};

}  // namespace

FirstBytes LookAtFirstBytes(Bytes untrusted) {
  const std::string_view text = AsText(untrusted);
  for (const Beginning& beginning : kBeginnings) {
    const size_t compared = std::min(text.size(), beginning.text.size());
    if (text.substr(0, compared) != beginning.text.substr(0, compared)) continue;
    return compared == beginning.text.size() ? beginning.what : FirstBytes::kMore;
  }
  return FirstBytes::kUnknown;
}

const char* WhyWrongProtocol(FirstBytes first) {
  return first == FirstBytes::kTls
             ? "this looks like TLS: set tls on this input, or take it off at the sender"
             : "this looks like HTTP: the sender has the wrong port, or the wrong protocol";
}

}  // namespace andon
