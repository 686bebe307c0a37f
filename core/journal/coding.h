// Numbers and texts in the bodies of control records and snapshots: varints (LEB128) and
// length-prefixed bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/uuid.h"
#include "core/event/run_set.h"
#include "core/journal/format.h"

namespace andon::journal {

class Encoder {
 public:
  explicit Encoder(ByteBuffer& out) : out_(out) {}
  void Number(uint64_t value);
  void Blob(Bytes bytes);  // Its length, then the bytes.
  void Text(std::string_view text) { Blob(AsBytes(text)); }
  void Id(const Uuid& id);
  void Place(const StreamPosition& position);
  void Runs(const RunSet& runs);

 private:
  ByteBuffer& out_;
};

// Reads what an Encoder wrote, from bytes that may be anything. After the first misfit ok() is
// false and everything reads as nothing.
class Decoder {
 public:
  explicit Decoder(Bytes untrusted) : rest_(untrusted) {}
  uint64_t Number();
  Bytes Blob();
  std::string_view Text() { return AsText(Blob()); }
  Uuid Id();
  StreamPosition Place();
  RunSet Runs();
  // A count of things that take at least one byte each: more than there are bytes is a misfit.
  uint64_t Count();

  bool ok() const { return ok_; }
  bool done() const { return rest_.empty(); }

 private:
  void Fail() {
    ok_ = false;
    rest_ = {};
  }
  Bytes rest_;
  bool ok_ = true;
};

}  // namespace andon::journal
