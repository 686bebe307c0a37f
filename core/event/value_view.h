// A borrowed msgpack value (https://github.com/msgpack/msgpack/blob/master/spec.md) in bytes that
// have been validated. Nothing allocates.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/time.h"

namespace andon {

enum class ValueType : uint8_t {
  kNil,
  kBool,
  kInt,
  kUint,
  kFloat,
  kString,
  kBinary,
  kArray,
  kMap,
  kExt
};

class ArrayIterator;
class MapIterator;

class ValueView {
 public:
  ValueView() = default;
  // `bytes` hold exactly one valid value.
  explicit ValueView(Bytes bytes) : bytes_(bytes) {}

  Bytes bytes() const { return bytes_; }
  ValueType type() const;  // kInt for negative integers only: every other integer is kUint.
  bool is_string() const { return type() == ValueType::kString; }
  bool is_map() const { return type() == ValueType::kMap; }

  // Each returns an empty optional when the value has another type.
  std::optional<bool> AsBool() const;
  std::optional<int64_t> AsInt() const;              // Also an unsigned one up to INT64_MAX.
  std::optional<uint64_t> AsUint() const;            // Not negative.
  std::optional<double> AsFloat() const;             // Floats only.
  std::optional<std::string_view> AsString() const;  // str; not promised to be UTF-8.
  std::optional<std::string_view> AsBinary() const;  // bin
  std::optional<std::string_view> AsText() const;    // str or bin
  struct Ext {
    int8_t type;
    Bytes data;
  };
  std::optional<Ext> AsExt() const;
  std::optional<EventTime> AsEventTime() const;  // Ext type 0 with 8 bytes.

  size_t size() const;  // Elements of an array, pairs of a map; 0 for all else.
  ArrayIterator begin_array() const;
  MapIterator begin_map() const;
  // In a map: the value of the first pair whose key is the str (or bin) `key`.
  std::optional<ValueView> Find(std::string_view key) const;

 private:
  Bytes bytes_;
};

// for (auto it = value.begin_array(); !it.done(); it.Next()) use(it.value());
class ArrayIterator {
 public:
  ArrayIterator(Bytes at, size_t left);
  bool done() const { return left_ == 0; }
  void Next();
  ValueView value() const { return ValueView(current_); }

 private:
  Bytes rest_;
  Bytes current_;
  size_t left_;
};

class MapIterator {
 public:
  MapIterator(Bytes at, size_t pairs_left);
  bool done() const { return left_ == 0; }
  void Next();
  ValueView key() const { return ValueView(key_); }
  ValueView value() const { return ValueView(value_); }

 private:
  void Load();
  Bytes rest_;
  Bytes key_;
  Bytes value_;
  size_t left_;
};

}  // namespace andon
