// Memory of the journal: page-aligned blocks that workers fill, that are written from and read
// from in place, and that come back when the last who pins them lets go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/mutex.h"
#include "core/journal/format.h"

namespace andon::journal {

class Block {
 public:
  explicit Block(size_t capacity);  // A multiple of kPageBytes. Fresh pages read as zeros.
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  size_t capacity() const { return capacity_; }

 private:
  std::byte* data_;
  size_t capacity_;
};

// Keeps blocks of the usual size that came back, so that their pages need not be faulted in again.
// Thread: any.
class BlockPool : public std::enable_shared_from_this<BlockPool> {
 public:
  explicit BlockPool(size_t keep_blocks) : keep_blocks_(keep_blocks) {}
  // At least `bytes`, at least kBlockBytes. What is in it may be anything.
  std::shared_ptr<Block> Get(size_t bytes);
  // Gives back to the system all that nobody uses.
  void Trim();

 private:
  void Return(Block* block);
  const size_t keep_blocks_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Block>> free_ GUARDED_BY(mutex_);
};

}  // namespace andon::journal
