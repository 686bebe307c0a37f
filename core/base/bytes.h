// Borrowed bytes, a growing buffer that does not clear what it grows into, and big-endian numbers.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace andon {

using Bytes = std::span<const std::byte>;

inline Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <std::unsigned_integral T>
T FromBigEndian(T value) {
  if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
}

template <std::unsigned_integral T>
T LoadBigEndian(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return FromBigEndian(value);
}
template <std::unsigned_integral T>
void StoreBigEndian(std::byte* to, T value) {
  value = FromBigEndian(value);
  std::memcpy(to, &value, sizeof value);
}

// Bytes that grow at the end. Growing doubles and moves: pointers into it are valid until then.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  explicit ByteBuffer(size_t capacity) { Reserve(capacity); }
  ByteBuffer(ByteBuffer&& other) noexcept
      : data_(std::move(other.data_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  std::byte* data() { return data_.get(); }
  const std::byte* data() const { return data_.get(); }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  Bytes bytes() const { return {data_.get(), size_}; }
  std::string_view text() const { return AsText(bytes()); }

  void Clear() { size_ = 0; }
  // Gives the memory back too.
  void Release() { *this = ByteBuffer(); }
  // Keeps the first `size` bytes; `size` must not exceed size().
  void Truncate(size_t size) { size_ = size; }
  // Room for `capacity` bytes in all.
  void Reserve(size_t capacity) {
    if (capacity > capacity_) Grow(capacity);
  }
  // Makes room for `count` more bytes and returns where they go; Advance() says how many came.
  std::byte* Tail(size_t count) {
    if (capacity_ - size_ < count) Grow(size_ + count);
    return data_.get() + size_;
  }
  void Advance(size_t count) { size_ += count; }
  // Appends `count` bytes that the caller fills in; returns where.
  std::byte* Extend(size_t count) {
    std::byte* at = Tail(count);
    size_ += count;
    return at;
  }
  void Append(Bytes bytes) {
    if (!bytes.empty()) std::memcpy(Extend(bytes.size()), bytes.data(), bytes.size());
  }
  void Append(std::string_view text) { Append(AsBytes(text)); }
  void Append(char c) { *Extend(1) = static_cast<std::byte>(c); }
  // Drops the first `count` bytes and moves the rest to the front.
  void Consume(size_t count) {
    std::memmove(data_.get(), data_.get() + count, size_ - count);
    size_ -= count;
  }

 private:
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  void Grow(size_t at_least);

  std::unique_ptr<std::byte[], Free> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace andon
