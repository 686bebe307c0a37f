// The buffers that connections read into. An idle connection has none; small beginnings of messages
// are kept by their connection and put in front of the next read; only a large message gets a
// buffer of its own, so that it is read to where it stays.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "core/base/bytes.h"

namespace andon::forward {

inline constexpr size_t kReadBytes = size_t{1} << 20;        // At most, at once.
inline constexpr size_t kSmallRestBytes = size_t{64} << 10;  // What is put in front of a read.

// Thread: worker. One per worker.
class ReadBuffers {
 public:
  // For one read callback: empty, with room for a small rest and a read.
  ByteBuffer& scratch() {
    scratch_.Clear();
    scratch_.Reserve(kSmallRestBytes + kReadBytes);
    return scratch_;
  }
  // An empty buffer with at least `capacity`; maybe one that was given back.
  ByteBuffer Take(size_t capacity) {
    for (ByteBuffer& spare : spares_) {
      if (spare.capacity() < capacity || spare.capacity() > 2 * capacity) continue;
      std::swap(spare, spares_.back());
      ByteBuffer taken = std::move(spares_.back());
      spares_.pop_back();
      return taken;
    }
    return ByteBuffer(capacity);
  }
  void GiveBack(ByteBuffer buffer) {
    if (buffer.capacity() <= kSmallRestBytes || buffer.capacity() > kSpareBytes) return;
    if (spares_.size() >= kSpares) return;
    buffer.Clear();
    spares_.push_back(std::move(buffer));
  }

 private:
  static constexpr size_t kSpares = 2;
  static constexpr size_t kSpareBytes = size_t{2} << 20;
  ByteBuffer scratch_;
  std::vector<ByteBuffer> spares_;
};

}  // namespace andon::forward
