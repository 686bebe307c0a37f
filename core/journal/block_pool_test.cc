#include "core/journal/block_pool.h"

#include <gtest/gtest.h>

#include <cstring>

namespace andon::journal {
namespace {

using Blocks = std::vector<std::shared_ptr<Block>>;

Blocks Take(BlockPool& pool, size_t count) {
  Blocks blocks;
  for (size_t i = 0; i < count; ++i) blocks.push_back(pool.Get(1));
  return blocks;
}

TEST(BlockPoolTest, BlocksAreApartAlignedAndHaveAtLeastWhatWasAsked) {
  const auto pool = std::make_shared<BlockPool>(100, BlockPool::Pages::kHuge);
  Blocks blocks = Take(*pool, 30);
  blocks.push_back(pool->Get(3 * kBlockBytes - 1));
  EXPECT_EQ(blocks.back()->capacity(), 3 * kBlockBytes);
  for (size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_GE(blocks[i]->capacity(), kBlockBytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(blocks[i]->data()) % kPageBytes, 0u);
    std::memset(blocks[i]->data(), static_cast<int>(i), blocks[i]->capacity());
  }
  for (size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_EQ(blocks[i]->data()[0], static_cast<std::byte>(i));
    EXPECT_EQ(blocks[i]->data()[blocks[i]->capacity() - 1], static_cast<std::byte>(i));
  }
}

TEST(BlockPoolTest, WhatCameBackIsGivenOutAgain) {
  const auto pool = std::make_shared<BlockPool>(100, BlockPool::Pages::kHuge);
  std::byte* const at = pool->Get(1)->data();
  EXPECT_EQ(pool->Get(kBlockBytes)->data(), at);
  const Blocks some = Take(*pool, 30);
  const size_t slabs = pool->slabs();
  for (int i = 0; i < 100; ++i) pool->Get(1);
  EXPECT_EQ(pool->slabs(), slabs);
}

TEST(BlockPoolTest, OnlySoManyFreeBlocksAreKept) {
  const auto pool = std::make_shared<BlockPool>(10, BlockPool::Pages::kHuge);
  Blocks blocks = Take(*pool, 100);
  EXPECT_GT(pool->slabs(), 10u);
  blocks.clear();
  EXPECT_LE(pool->slabs(), 3u);
  EXPECT_GE(pool->slabs(), 2u);
}

TEST(BlockPoolTest, TrimGivesBackWhatNobodyHasUsedSinceTheLastOne) {
  const auto pool = std::make_shared<BlockPool>(100, BlockPool::Pages::kHuge);
  Blocks blocks = Take(*pool, 30);
  const size_t slabs = pool->slabs();
  blocks.resize(1);
  EXPECT_TRUE(pool->Trim());  // All were used.
  EXPECT_EQ(pool->slabs(), slabs);
  EXPECT_FALSE(pool->Trim());
  EXPECT_EQ(pool->slabs(), 1u);
  blocks.clear();
  EXPECT_TRUE(pool->Trim());
  pool->Get(1);
  EXPECT_TRUE(pool->Trim());
  EXPECT_FALSE(pool->Trim());
  EXPECT_EQ(pool->slabs(), 0u);
}

TEST(BlockPoolTest, SmallPagesComeInSmallSlabs) {
  const auto pool = std::make_shared<BlockPool>(2);
  Blocks blocks = Take(*pool, 30);
  EXPECT_EQ(pool->slabs(), 10u);
  blocks.clear();
  EXPECT_EQ(pool->slabs(), 1u);
}

TEST(BlockPoolTest, ABlockMayOutliveItsPool) {
  auto pool = std::make_shared<BlockPool>(1);
  const auto block = pool->Get(1);
  pool.reset();
  std::memset(block->data(), 1, block->capacity());
}

}  // namespace
}  // namespace andon::journal
