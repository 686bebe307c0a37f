// Blocks that come back when the last who pins them lets go, so that their pages need not be
// faulted in again.
//
// Blocks of the usual size lie in slabs. Those of a journal on a disk ask for huge pages, since a
// direct write pins each page that it writes from: all but the first slab, for one who has little
// to do touches little memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/mutex.h"
#include "core/journal/block.h"

namespace andon::journal {

// Thread: any.
class BlockPool : public std::enable_shared_from_this<BlockPool> {
 public:
  enum class Pages : uint8_t { kSmall, kHuge };
  // Slabs that nobody uses stay as long as at most so many blocks are free.
  explicit BlockPool(size_t keep_blocks, Pages pages = Pages::kSmall);
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // At least `bytes`, at least kBlockBytes. What is in it may be anything.
  std::shared_ptr<Block> Get(size_t bytes);
  // Gives the slabs back to the system that nobody has used since the last call. False: none is
  // left that another call could give back.
  bool Trim();

  size_t slabs() const;

 private:
  struct Slab;
  void Return(Slab& slab, const Block& block);
  Slab& WithFreeBlock() REQUIRES(mutex_);

  const size_t keep_blocks_;
  const Pages pages_;
  mutable Mutex mutex_;
  // Those in front are used first, so that those behind become free.
  std::vector<std::unique_ptr<Slab>> slabs_ GUARDED_BY(mutex_);
  size_t free_blocks_ GUARDED_BY(mutex_) = 0;
};

}  // namespace andon::journal
