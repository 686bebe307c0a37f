// Writes msgpack in its shortest forms to the end of a buffer.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/time.h"

namespace andon {

class MsgpackWriter {
 public:
  explicit MsgpackWriter(ByteBuffer& out) : out_(out) {}

  void Nil();
  void Bool(bool value);
  void Int(int64_t value);
  void Uint(uint64_t value);
  void Float(double value);
  void String(std::string_view value);
  void Binary(Bytes value);
  void ArrayHeader(uint32_t size);
  void MapHeader(uint32_t pairs);
  void Ext(int8_t type, Bytes data);
  void Time(EventTime time);                     // fixext 8 of type 0: 10 bytes.
  void Raw(Bytes value) { out_.Append(value); }  // A whole valid value.

 private:
  ByteBuffer& out_;
};

}  // namespace andon
