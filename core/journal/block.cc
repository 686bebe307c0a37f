#include "core/journal/block.h"

#include <sys/mman.h>

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace andon::journal {

Block::Block(size_t capacity) : capacity_(capacity) {
  void* memory =
      mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  data_ = static_cast<std::byte*>(memory);
}

Block::~Block() { munmap(data_, capacity_); }

std::shared_ptr<Block> BlockPool::Get(size_t bytes) {
  const size_t capacity = std::max<size_t>(PageUp(bytes), kBlockBytes);
  std::unique_ptr<Block> block;
  if (capacity == kBlockBytes) {
    MutexLock lock(mutex_);
    if (!free_.empty()) {
      block = std::move(free_.back());
      free_.pop_back();
    }
  }
  if (block == nullptr) block = std::make_unique<Block>(capacity);
  return {block.release(), [pool = shared_from_this()](Block* used) { pool->Return(used); }};
}

void BlockPool::Return(Block* block) {
  std::unique_ptr<Block> returned(block);
  if (returned->capacity() != kBlockBytes) return;
  MutexLock lock(mutex_);
  if (free_.size() < keep_blocks_) free_.push_back(std::move(returned));
}

void BlockPool::Trim() {
  std::vector<std::unique_ptr<Block>> unused;
  MutexLock lock(mutex_);
  unused.swap(free_);
}

}  // namespace andon::journal
