#include "outputs/file/large_writes.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace andon::file_output {

namespace {

// Less is not worth the calls, and the wait for the disk.
constexpr size_t kMuchBytes = size_t{128} << 10;
// Who follows reads from the front: so much of it is looked at.
constexpr size_t kLookBytes = size_t{64} << 10;
constexpr Duration kFollowed = std::chrono::seconds(10);

// Of the cache, where that is more than what a direct write needs.
uint64_t PageBytes() {
  static const auto kBytes = std::max<uint64_t>(kDirectAlignment, ::sysconf(_SC_PAGESIZE));
  return kBytes;
}

uint64_t AddressOf(const std::byte* at) { return reinterpret_cast<uintptr_t>(at); }

}  // namespace

size_t LargeWrites::Lead(const ByteBuffer& memory, uint64_t length) {
  if (memory.capacity() < kMuchBytes + kDirectAlignment) return 0;
  return (length - AddressOf(memory.data())) % kDirectAlignment;
}

bool LargeWrites::IsFollowed(File& file, MonotonicTime now) {
  if (now < followed_until_) return true;
  const size_t look = std::exchange(last_bytes_, 0);
  if (look == 0 || !file.InCache(last_offset_, std::min(look, kLookBytes))) return false;
  followed_until_ = now + kFollowed;
  return true;
}

Status LargeWrites::Write(File& file, uint64_t offset, Bytes bytes, MonotonicTime now) {
  const uint64_t page = PageBytes();
  const size_t head = (page - offset % page) % page;
  const size_t pages = bytes.size() < head ? 0 : (bytes.size() - head) / page * page;
  // Memory that was moved while it was filled is not where it was meant to be.
  const bool aligned = (AddressOf(bytes.data()) + head) % kDirectAlignment == 0;
  if (pages < kMuchBytes || !aligned || IsFollowed(file, now)) {
    return file.WriteAt(offset, bytes, false);
  }
  if (head > 0) RETURN_IF_ERROR(file.WriteAt(offset, bytes.first(head), false));
  RETURN_IF_ERROR(file.WriteDirectAt(offset + head, bytes.subspan(head, pages)));
  last_offset_ = offset + head;
  last_bytes_ = pages;
  const Bytes tail = bytes.subspan(head + pages);
  return tail.empty() ? OkStatus() : file.WriteAt(offset + head + pages, tail, false);
}

}  // namespace andon::file_output
