// Texts that are written for one event after the other.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace andon::elasticsearch {

// Copied in steps of a length that the compiler knows.
class RepeatedText {
 public:
  void Set(std::string_view text) {
    size_ = text.size();
    padded_ = text;
    padded_.resize(size_ + kStep);
  }
  std::string_view text() const { return {padded_.data(), size_}; }
  // What CopyTo needs, with what it writes behind the text.
  size_t room() const { return size_ + kStep; }
  // Returns where the text ends.
  char* CopyTo(char* to) const {
    const char* const from = padded_.data();
    for (size_t i = 0; i < size_; i += kStep) std::memcpy(to + i, from + i, kStep);
    return to + size_;
  }

 private:
  static constexpr size_t kStep = 16;
  std::string padded_;
  size_t size_ = 0;
};

// A number as text, of which the next is nearly always one more.
class CountingText {
 public:
  static constexpr size_t kRoom = 24;
  // Returns where the digits end.
  char* Write(uint64_t value, char* to) {
    if (value == value_ + 1 && digits_[size_ - 1] != '9') {
      ++digits_[size_ - 1];
    } else {
      size_ = static_cast<size_t>(std::to_chars(digits_, digits_ + sizeof digits_, value).ptr -
                                  digits_);
    }
    value_ = value;
    std::memcpy(to, digits_, sizeof digits_);
    return to + size_;
  }

 private:
  char digits_[kRoom] = {'0'};
  size_t size_ = 1;
  uint64_t value_ = 0;
};

}  // namespace andon::elasticsearch
