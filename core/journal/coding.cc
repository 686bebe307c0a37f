#include "core/journal/coding.h"

#include <utility>

namespace andon::journal {

void Encoder::Number(uint64_t value) {
  for (; value >= 0x80; value >>= 7) out_.Append(static_cast<char>(value | 0x80));
  out_.Append(static_cast<char>(value));
}

void Encoder::Blob(Bytes bytes) {
  Number(bytes.size());
  out_.Append(bytes);
}

void Encoder::Id(const Uuid& id) {
  StoreBigEndian(out_.Extend(8), id.high);
  StoreBigEndian(out_.Extend(8), id.low);
}

void Encoder::Place(const StreamPosition& position) {
  Number(position.segment);
  Number(position.offset);
}

void Encoder::Runs(const RunSet& runs) {
  ByteBuffer encoded;
  runs.EncodeTo(encoded);
  Blob(encoded.bytes());
}

uint64_t Decoder::Number() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_ = rest_.subspan(1);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  Fail();
  return 0;
}

Bytes Decoder::Blob() {
  const uint64_t size = Number();
  if (size > rest_.size()) {
    Fail();
    return {};
  }
  const Bytes blob = rest_.first(size);
  rest_ = rest_.subspan(size);
  return blob;
}

Uuid Decoder::Id() {
  if (rest_.size() < 16) {
    Fail();
    return {};
  }
  const Uuid id{LoadBigEndian<uint64_t>(rest_.data()), LoadBigEndian<uint64_t>(rest_.data() + 8)};
  rest_ = rest_.subspan(16);
  return id;
}

StreamPosition Decoder::Place() {
  StreamPosition position;
  position.segment = Number();
  position.offset = Number();
  return position;
}

RunSet Decoder::Runs() {
  Result<RunSet> runs = RunSet::Decode(Blob());
  if (!runs.ok()) {
    Fail();
    return {};
  }
  return *std::move(runs);
}

uint64_t Decoder::Count() {
  const uint64_t count = Number();
  if (count <= rest_.size()) return count;
  Fail();
  return 0;
}

}  // namespace andon::journal
