#include "core/forward/value_scanner.h"

#include <algorithm>
#include <cstring>

namespace andon::forward {

size_t ValueScanner::FinishHeader(Bytes more, MsgpackHeader* header) {
  const size_t before = partial_size_;
  for (size_t i = 0; i < more.size() && partial_size_ < sizeof partial_; ++i) {
    partial_[partial_size_++] = more[i];
    *header = ReadMsgpackHeader(Bytes(partial_, partial_size_));
    if (header->kind != MsgpackHeader::Kind::kMore) break;
  }
  const size_t taken = partial_size_ - before;
  if (header->kind != MsgpackHeader::Kind::kMore) partial_size_ = 0;
  return taken;
}

// The header that begins at `at`, which goes on behind it. What is not whole is kept.
MsgpackHeader ValueScanner::TakeHeader(Bytes more, size_t* at) {
  MsgpackHeader header;
  if (partial_size_ > 0) {
    *at += FinishHeader(more.subspan(*at), &header);
    return header;
  }
  header = ReadMsgpackHeader(more.subspan(*at));
  *at += header.bytes;
  if (header.kind != MsgpackHeader::Kind::kMore) return header;
  const Bytes rest = more.subspan(*at);
  if (!rest.empty()) {
    std::memcpy(partial_, rest.data(), rest.size());
    partial_size_ = static_cast<uint8_t>(rest.size());
  }
  return header;
}

ValueScanner::Progress ValueScanner::Feed(Bytes more) {
  size_t at = 0;
  while (true) {
    const size_t skipped = static_cast<size_t>(std::min<uint64_t>(skip_, more.size() - at));
    at += skipped;
    skip_ -= skipped;
    if (skip_ > 0) return {Outcome::kMore, at};
    if (values_ == 0) return {Outcome::kDone, at};
    if (at == more.size()) return {Outcome::kMore, at};

    const MsgpackHeader header = TakeHeader(more, &at);
    if (header.kind == MsgpackHeader::Kind::kInvalid) return {Outcome::kInvalid, at};
    if (header.kind == MsgpackHeader::Kind::kMore) return {Outcome::kMore, more.size()};
    values_ += header.values - 1;
    skip_ = header.payload;
  }
}

}  // namespace andon::forward
