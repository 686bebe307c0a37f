#include "inputs/forward/repeat_window.h"

#include <xxhash.h>

#include <memory>

#include "core/event/run_set.h"

namespace andon::forward {
namespace {

constexpr std::string_view kPrefix = "forward.chunk:";

struct FreeHash {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

std::string SourceOf(const RepeatWindow::Content& content) {
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
  std::string source(kPrefix);
  for (const unsigned char byte : hash.digest) {
    source += kDigits[byte >> 4];
    source += kDigits[byte & 0x0fu];
  }
  return source;
}

}  // namespace

RepeatWindow::RepeatWindow(PositionStore& positions, size_t size, bool recover)
    : positions_(positions), size_(size) {
  if (!recover) return;
  positions_.ForEach(kPrefix, [this](std::string_view source, std::string_view) {
    sources_.emplace_back(source);
  });
}

bool RepeatWindow::Claim(const Content& content) {
  std::string source = SourceOf(content);
  const Range one{1, 1};
  if (positions_.Claim(source, {&one, 1}).empty()) return false;
  sources_.push_back(std::move(source));
  return true;
}

void RepeatWindow::Remember(Turn& turn) {
  RunSet taken;
  taken.Add({1, 1});
  ByteBuffer value;
  taken.EncodeTo(value);
  turn.AddPosition(sources_.back(), std::string(value.text()), Position::Kind::kRuns);
  Trim(turn);
}

void RepeatWindow::Trim(Turn& turn) {
  while (sources_.size() > size_) {
    turn.AddPosition(std::move(sources_.front()), {}, Position::Kind::kErase);
    sources_.pop_front();
  }
}

}  // namespace andon::forward
