// Counts the memory that one output keeps from being used again.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/unique_function.h"
#include "core/journal/block.h"

namespace andon::journal {

// Thread: any.
class Charge {
 public:
  // `freed` is called when less is charged than when somebody last said that he waits.
  explicit Charge(UniqueFunction<void()> freed) : freed_(std::move(freed)) {}

  size_t bytes() const { return bytes_; }
  void Wait() { waiting_ = true; }
  void Add(size_t bytes) { bytes_ += bytes; }
  void Sub(size_t bytes) {
    bytes_ -= bytes;
    if (waiting_.exchange(false)) freed_();
  }

 private:
  std::atomic<size_t> bytes_{0};
  std::atomic<bool> waiting_{false};
  UniqueFunction<void()> freed_;
};

// Keeps a block, or bytes of its own, for as long as a chunk points into it.
class Pin {
 public:
  Pin(std::shared_ptr<Charge> charge, std::shared_ptr<Block> block)
      : charge_(std::move(charge)), block_(std::move(block)), bytes_(block_->capacity()) {
    charge_->Add(bytes_);
  }
  Pin(std::shared_ptr<Charge> charge, ByteBuffer buffer)
      : charge_(std::move(charge)), buffer_(std::move(buffer)), bytes_(buffer_.capacity()) {
    charge_->Add(bytes_);
  }
  ~Pin() { charge_->Sub(bytes_); }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

  const Block* block() const { return block_.get(); }
  Bytes buffer() const { return buffer_.bytes(); }

 private:
  const std::shared_ptr<Charge> charge_;
  const std::shared_ptr<Block> block_;
  const ByteBuffer buffer_;
  const size_t bytes_;
};

}  // namespace andon::journal
