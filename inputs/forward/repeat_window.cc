#include "inputs/forward/repeat_window.h"

#include <xxhash.h>

#include <memory>

#include "core/event/run_set.h"

namespace andon::forward {
namespace {

constexpr std::string_view kPrefix = "forward.chunk:";
constexpr std::string_view kPartPrefix = "forward.part:";

struct FreeHash {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

std::string HashOf(const RepeatWindow::Content& content) {
  const std::unique_ptr<XXH3_state_t, FreeHash> state(XXH3_createState());
  XXH3_128bits_reset(state.get());
  const Bytes parts[] = {AsBytes(content.principal), content.chunk_id, AsBytes(content.tag),
                         content.entries};
  for (const Bytes part : parts) {
    const uint64_t size = part.size();
    XXH3_128bits_update(state.get(), &size, sizeof size);
    if (size > 0) XXH3_128bits_update(state.get(), part.data(), part.size());
  }
  XXH128_canonical_t hash;
  XXH128_canonicalFromHash(&hash, XXH3_128bits_digest(state.get()));
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : hash.digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0fu];
  }
  return text;
}

// 1 .. `last`, as a position.
std::string UpTo(Sequence last) {
  RunSet taken;
  taken.RaiseTo(last);
  ByteBuffer value;
  taken.EncodeTo(value);
  return std::string(value.text());
}

}  // namespace

RepeatWindow::RepeatWindow(PositionStore& positions, size_t size, bool recover)
    : positions_(positions), size_(size) {
  if (!recover) return;
  for (const std::string_view prefix : {kPartPrefix, kPrefix}) {
    positions_.ForEach(prefix, [this](std::string_view source, std::string_view) {
      sources_.emplace_back(source);
    });
  }
}

bool RepeatWindow::Claim(const Content& content) {
  const std::string hash = HashOf(content);
  std::string source = std::string(kPrefix) + hash;
  const Range one{1, 1};
  if (positions_.Claim(source, {&one, 1}).empty()) return false;
  sources_.push_back(std::move(source));
  part_ = std::string(kPartPrefix) + hash;
  stored_events_ = 0;
  if (const auto stored = positions_.Find(part_)) {
    const Result<RunSet> runs = RunSet::Decode(AsBytes(*stored));
    if (runs.ok()) stored_events_ = runs->watermark();
  }
  return true;
}

void RepeatWindow::RememberPart(uint64_t events, Turn& turn) {
  turn.AddPosition(part_, UpTo(events), Position::Kind::kRuns);
}

void RepeatWindow::Remember(Turn& turn) {
  turn.AddPosition(sources_.back(), UpTo(1), Position::Kind::kRuns);
  if (positions_.Find(part_).has_value()) {
    turn.AddPosition(part_, {}, Position::Kind::kErase);
    std::erase(sources_, part_);
  }
  Trim(turn);
}

void RepeatWindow::Trim(Turn& turn) {
  while (sources_.size() > size_) {
    turn.AddPosition(std::move(sources_.front()), {}, Position::Kind::kErase);
    sources_.pop_front();
  }
}

}  // namespace andon::forward
