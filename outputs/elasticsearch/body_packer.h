// Packs bodies, one after the other, with levels that cost little: what they save is bandwidth.
#pragma once

#include <memory>

#include "core/base/bytes.h"
#include "outputs/elasticsearch/encoding.h"

namespace andon::elasticsearch {

class BodyPacker {
 public:
  BodyPacker();
  ~BodyPacker();
  BodyPacker(const BodyPacker&) = delete;
  BodyPacker& operator=(const BodyPacker&) = delete;

  // Appends `body`, packed, to `out`. False when the library fails, which it does only without
  // memory. Not for kNone.
  bool Pack(Encoding encoding, Bytes body, ByteBuffer& out);

 private:
  struct State;
  bool PackGzip(Bytes body, ByteBuffer& out);
  bool PackZstd(Bytes body, ByteBuffer& out);

  std::unique_ptr<State> state_;
};

}  // namespace andon::elasticsearch
