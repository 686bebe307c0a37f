#include "core/journal/block_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <deque>
#include <utility>

namespace andon::journal {

namespace {

constexpr size_t kHugePageBytes = size_t{2} << 20;
constexpr size_t kSmallSlabBlocks = 3;
constexpr size_t kHugeSlabBytes = 4 * kHugePageBytes;
constexpr size_t kHugeSlabBlocks = kHugeSlabBytes / kBlockBytes;

// Begins at a huge page; what that leaves in front is never touched.
size_t HugeBegin(const Mapping& mapping) {
  const size_t beyond = reinterpret_cast<uintptr_t>(mapping.data()) % kHugePageBytes;
  return beyond == 0 ? 0 : kHugePageBytes - beyond;
}

}  // namespace

struct BlockPool::Slab {
  explicit Slab(bool huge)
      : count(huge ? kHugeSlabBlocks : kSmallSlabBlocks), free((uint32_t{1} << count) - 1) {
    const size_t bytes = huge ? kHugeSlabBytes + kHugePageBytes : count * kBlockBytes;
    const auto mapping = std::make_shared<const Mapping>(bytes);
    size_t at = huge ? HugeBegin(*mapping) : 0;
    // Where there are none, the small ones do.
    if (huge) (void)madvise(mapping->data() + at, kHugeSlabBytes, MADV_HUGEPAGE);
    for (size_t i = 0; i < count; ++i, at += kBlockBytes) {
      blocks.emplace_back(mapping, at, kBlockBytes);
    }
  }
  size_t IndexOf(const Block& block) const {
    return static_cast<size_t>(block.data() - blocks.front().data()) / kBlockBytes;
  }
  bool unused() const { return std::popcount(free) == static_cast<int>(count); }

  const size_t count;
  std::deque<Block> blocks;
  uint32_t free;       // A bit for each block.
  bool needed = true;  // Since the last Trim.
};

BlockPool::BlockPool(size_t keep_blocks, Pages pages) : keep_blocks_(keep_blocks), pages_(pages) {}

BlockPool::~BlockPool() = default;

std::shared_ptr<Block> BlockPool::Get(size_t bytes) {
  if (bytes > kBlockBytes) return std::make_shared<Block>(PageUp(bytes));
  MutexLock lock(mutex_);
  Slab& slab = WithFreeBlock();
  Block& block = slab.blocks[static_cast<size_t>(std::countr_zero(slab.free))];
  slab.free &= slab.free - 1;
  slab.needed = true;
  --free_blocks_;
  return {&block, [pool = shared_from_this(), &slab](Block* used) { pool->Return(slab, *used); }};
}

BlockPool::Slab& BlockPool::WithFreeBlock() {
  const auto found = std::ranges::find_if(slabs_, [](const auto& slab) { return slab->free != 0; });
  if (found != slabs_.end()) return **found;
  slabs_.push_back(std::make_unique<Slab>(pages_ == Pages::kHuge && !slabs_.empty()));
  free_blocks_ += slabs_.back()->count;
  return *slabs_.back();
}

void BlockPool::Return(Slab& slab, const Block& block) {
  std::unique_ptr<Slab> given_back;  // Behind the lock.
  MutexLock lock(mutex_);
  slab.free |= uint32_t{1} << slab.IndexOf(block);
  ++free_blocks_;
  if (!slab.unused() || free_blocks_ <= keep_blocks_ + slab.count) return;
  const auto found = std::ranges::find(slabs_, &slab, [](const auto& one) { return one.get(); });
  free_blocks_ -= slab.count;
  given_back = std::move(*found);
  slabs_.erase(found);
}

bool BlockPool::Trim() {
  std::vector<std::unique_ptr<Slab>> given_back;  // Behind the lock.
  MutexLock lock(mutex_);
  for (auto& slab : slabs_) {
    if (std::exchange(slab->needed, !slab->unused()) || !slab->unused()) continue;
    free_blocks_ -= slab->count;
    given_back.push_back(std::move(slab));
  }
  std::erase(slabs_, nullptr);
  return std::ranges::any_of(slabs_, [](const auto& slab) { return slab->unused(); });
}

size_t BlockPool::slabs() const {
  MutexLock lock(mutex_);
  return slabs_.size();
}

}  // namespace andon::journal
