// Tells the messages on a stream apart (RFC 6587): those with their length in front, and those with
// a line end behind. What comes next is found out for each message:
//
//   51 <34>1 2003-10-11...     a length, a space and a "<" (auto), or a length and a space
//   <34>Oct 11 ...\n           else a line; CR in front of the line end is no part of it
//   <34>Oct 11 ...\0           a NUL ends a line where "<" or nothing has come behind it
//
// Line ends and NULs between messages, and spaces in front of a "<", are stepped over.
#pragma once

#include <cstddef>
#include <string_view>

#include "inputs/syslog/syslog_config.h"

namespace andon::syslog {

class SyslogFramer {
 public:
  enum class Kind : uint8_t {
    kMore,        // No whole message any more.
    kMessage,     // `text` is one.
    kCut,         // `text` is the front of one that is too long; the rest is stepped over.
    kTooLong,     // One that is too long is stepped over.
    kIncomplete,  // `text` is the front of one whose rest will not come.
    kBroken,      // octet_counting: `text` stands where a length should be. Close the connection.
  };
  struct Frame {
    Kind kind = Kind::kMore;
    std::string_view text;
  };

  SyslogFramer(Framing framing, size_t max_message_bytes, Oversize oversize)
      : framing_(framing), max_bytes_(max_message_bytes), oversize_(oversize) {}

  // Takes the next message from the front of `data`. At kMore what is left of `data` (at most the
  // longest message and its length) must be given again, with more behind it.
  Frame Next(std::string_view& data);
  // No more will come: what becomes of what was left.
  Frame Last(std::string_view data) const;

 private:
  struct Count {  // A length in front of a message.
    enum class Found : uint8_t { kNo, kMore, kYes };
    Found found = Found::kNo;
    size_t bytes = 0;         // Of the message.
    size_t header_bytes = 0;  // Of the length and the space.
  };
  bool SkipRest(std::string_view& data);
  void SkipBetween(std::string_view& data) const;
  Count FindCount(std::string_view data) const;
  Frame NextCounted(std::string_view& data, const Count& count);
  Frame NextLine(std::string_view& data);
  size_t FindLineEnd(std::string_view data);

  Framing framing_;
  size_t max_bytes_;
  Oversize oversize_;
  size_t searched_ = 0;     // Bytes at the front that are known to hold no line end.
  size_t skip_octets_ = 0;  // Of a message that was too long.
  bool skip_line_ = false;
};

}  // namespace andon::syslog
