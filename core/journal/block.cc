#include "core/journal/block.h"

#include <sys/mman.h>

#include "core/base/check.h"

namespace andon::journal {

namespace {

std::byte* Map(size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  return static_cast<std::byte*>(memory);
}

}  // namespace

Mapping::Mapping(size_t bytes) : data_(Map(bytes)), bytes_(bytes) {}

Mapping::~Mapping() { munmap(data_, bytes_); }

}  // namespace andon::journal
