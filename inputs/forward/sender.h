// Who is at the other end of a connection.
#pragma once

#include <string>

namespace andon::forward {

struct Sender {
  std::string peer;       // Its address, for the log.
  std::string principal;  // What it has proved: "tls:web1.example", "user:alice"; empty: nothing.
  bool json = false;      // It speaks JSON and is answered so.
  bool numbers = false;   // It is andon: its messages have numbers.
};

}  // namespace andon::forward
