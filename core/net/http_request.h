// The head of an HTTP/1.x request (RFC 9112), as much of it as a server of a few GETs needs.
#pragma once

#include <string>
#include <string_view>

namespace andon {

struct HttpRequest {
  std::string method;
  std::string path;   // Decoded, begins with /.
  std::string query;  // As sent, without the ?.
};

struct HttpHead {
  HttpRequest request;
  bool keep_alive = true;
  bool has_body = false;
  size_t size_bytes = 0;  // Of the head with its empty line.
};

// 0: the head is not complete yet. 200: it is in *head. Else the status that says what is wrong;
// where the next request begins is unknown then. Accepts LF for CR LF.
int ParseHttpHead(std::string_view untrusted, HttpHead* head);

}  // namespace andon
