#include "core/event/record_shape.h"

#include <algorithm>
#include <cstring>

#include "core/event/msgpack_format.h"
#include "core/event/msgpack_walk.h"

namespace andon {
namespace {

using msgpack::FirstByte;

// After so many surprises for each `kMatchesPerSurprise` matches a step stops expecting.
constexpr uint32_t kFewSurprises = 8;
constexpr uint32_t kMatchesPerSurprise = 3;

// By first byte: the length of a scalar that has no other length; 0 for fixstr, and all else.
constexpr std::array<uint8_t, 256> MakeFixedSizes() {
  std::array<uint8_t, 256> sizes{};
  for (size_t i = 0; i < sizes.size(); ++i) {
    const auto first = static_cast<uint8_t>(i);
    const msgpack::Head head = msgpack::HeadOf(first);
    const bool fixed = head.shape == msgpack::Shape::kScalar && head.length_bytes == 0 &&
                       !msgpack::IsFixString(first);
    sizes[i] = fixed ? static_cast<uint8_t>(1 + head.fixed) : uint8_t{0};
  }
  return sizes;
}
constexpr std::array<uint8_t, 256> kFixedSizes = MakeFixedSizes();

uint64_t LoadWord(const std::byte* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// The length of the scalar at `at`, found without a branch on its kind; 0 when it is none. Its
// first five bytes may be read.
size_t ScalarSize(const std::byte* at) {
  const msgpack::Head& head = msgpack::kHeads[FirstByte(at)];
  if (head.shape != msgpack::Shape::kScalar) [[unlikely]]
    return 0;
  const uint64_t behind = LoadBigEndian<uint32_t>(at + 1);
  return 1 + size_t{head.length_bytes} + head.fixed + (behind >> (32 - 8 * head.length_bytes));
}

// Over a valid value, telling keys from other scalars.
class NestedWalk {
 public:
  explicit NestedWalk(const std::byte* value) : at_(value) {}
  const std::byte* at() const { return at_; }
  bool done() const { return depth_ == 0; }
  bool too_deep() const { return depth_ == open_.size(); }

  enum class Met : uint8_t { kKey, kValue, kContainer };
  Met Step() {
    Open& inner = open_[depth_ - 1];
    const bool key = inner.map && inner.left % 2 == 0;
    --inner.left;
    Met met = key ? Met::kKey : Met::kValue;
    const msgpack::Head& head = msgpack::kHeads[FirstByte(at_)];
    if (head.shape == msgpack::Shape::kScalar) {
      at_ += ValueSize(at_);
    } else {
      const bool map = head.shape == msgpack::Shape::kMap;
      const uint64_t count = msgpack::CountAt(at_);
      open_[depth_++] = {map ? 2 * count : count, map};
      at_ = msgpack::ElementsAt(at_);
      met = Met::kContainer;
    }
    while (depth_ > 0 && open_[depth_ - 1].left == 0) --depth_;
    return met;
  }

 private:
  struct Open {
    uint64_t left;  // Values to come. In a map an even number before each key.
    bool map;
  };
  const std::byte* at_;
  std::array<Open, 10> open_{{{1, false}}};  // The value itself is the one element of nothing.
  size_t depth_ = 1;
};

}  // namespace

// The length of the scalar at `value` when it looks as expected; else 0.
inline size_t RecordShape::ExpectedSize(const Step& step, const std::byte* value) {
  const uint8_t first = FirstByte(value);
  switch (step.next) {
    case Next::kFixString:
      return msgpack::IsFixString(first) ? 1 + size_t{first & 31u} : 0;
    case Next::kShortString:
      return first == msgpack::kString8 ? 2 + size_t{FirstByte(value + 1)} : 0;
    case Next::kFixed:
      return kFixedSizes[first] == step.size ? step.size : 0;
    case Next::kNumber:
      return msgpack::IsSizedNumber(first) ? 1 + (size_t{1} << (first & 3)) : 0;
    case Next::kNothing:
    case Next::kAny:
      break;
  }
  return 0;
}

size_t RecordShape::Match(Bytes untrusted) {
  const std::byte* const begin = untrusted.data();
  const size_t size = untrusted.size();
  size_t offset = 0;
  for (Step *step = steps_.data(), *const end = step + count_; step != end; ++step) {
    if (offset + kMargin > size) return 0;
    const std::byte* const at = begin + offset;
    const uint64_t differ = ((LoadWord(at) ^ step->want[0]) & step->mask[0]) |
                            ((LoadWord(at + 8) ^ step->want[1]) & step->mask[1]);
    if (differ != 0) return 0;
    offset += step->literal_bytes;
    if (step->next == Next::kNothing) continue;
    const std::byte* const value = begin + offset;
    size_t scalar = ExpectedSize(*step, value);
    if (scalar == 0) [[unlikely]] {
      scalar = ScalarSize(value);
      if (scalar == 0) return 0;
      Surprise(*step, FirstByte(value));
    }
    offset += scalar;
  }
  if (offset > size || offset == 0) return 0;
  ++matches_;
  return offset;
}

void RecordShape::Surprise(Step& step, uint8_t first) {
  if (step.next == Next::kAny) return;
  ++step.surprises;
  if (step.surprises > kFewSurprises && step.surprises > matches_ / kMatchesPerSurprise) {
    const bool number = step.next == Next::kFixed && msgpack::IsSizedNumber(first);
    step.next = number ? Next::kNumber : Next::kAny;
    step.surprises = 0;
  }
}

bool RecordShape::Learn(const std::byte* record) {
  matches_ = 0;
  count_ = 0;
  if (Take(record)) return true;
  count_ = 0;
  return false;
}

bool RecordShape::Take(const std::byte* record) {
  NestedWalk walk(record);
  const std::byte* literal = record;
  while (!walk.done()) {
    const std::byte* const at = walk.at();
    if (walk.too_deep()) return false;
    if (walk.Step() != NestedWalk::Met::kValue) continue;
    if (!AddLiteral({literal, at})) return false;
    ExpectScalar(at);
    literal = walk.at();
  }
  // A literal at the end: an empty map, say.
  return literal == walk.at() || AddLiteral({literal, walk.at()});
}

bool RecordShape::AddLiteral(Bytes literal) {
  do {
    if (count_ == kMaxSteps) return false;
    const size_t bytes = std::min(literal.size(), kLiteralBytes);
    Step& step = steps_[count_++];
    step = {{}, {}, static_cast<uint8_t>(bytes), Next::kNothing, 0, 0};
    std::array<std::byte, kLiteralBytes> ones;
    ones.fill(std::byte{0xff});
    if (bytes > 0) {
      std::memcpy(step.want.data(), literal.data(), bytes);
      std::memcpy(step.mask.data(), ones.data(), bytes);
    }
    literal = literal.subspan(bytes);
  } while (!literal.empty());
  return true;
}

void RecordShape::ExpectScalar(const std::byte* value) {
  Step& step = steps_[count_ - 1];
  const uint8_t first = FirstByte(value);
  step.size = kFixedSizes[first];
  if (msgpack::IsFixString(first)) {
    step.next = Next::kFixString;
  } else if (first == msgpack::kString8) {
    step.next = Next::kShortString;
  } else {
    step.next = step.size > 0 ? Next::kFixed : Next::kAny;
  }
}

}  // namespace andon
