// Memory of the journal: page-aligned blocks that workers fill, and that are written from and read
// from in place.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "core/journal/format.h"

namespace andon::journal {

// Pages of its own from the system; fresh ones read as zeros.
class Mapping {
 public:
  explicit Mapping(size_t bytes);  // A multiple of kPageBytes.
  ~Mapping();
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::byte* data() const { return data_; }

 private:
  std::byte* const data_;
  const size_t bytes_;
};

class Block {
 public:
  // In a mapping of its own. `capacity` is a multiple of kPageBytes.
  explicit Block(size_t capacity) : Block(std::make_shared<const Mapping>(capacity), 0, capacity) {}
  // A part of one.
  Block(std::shared_ptr<const Mapping> mapping, size_t offset, size_t capacity)
      : mapping_(std::move(mapping)), data_(mapping_->data() + offset), capacity_(capacity) {}
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  size_t capacity() const { return capacity_; }

 private:
  const std::shared_ptr<const Mapping> mapping_;
  std::byte* const data_;
  const size_t capacity_;
};

}  // namespace andon::journal
