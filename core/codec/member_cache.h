// The names of fields as they stand in JSON, `,"code":`, found again by their place in the
// record: records of one source are alike, and a name is escaped once, not for each event.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "core/base/bytes.h"

namespace andon {

class MemberCache {
 public:
  static constexpr size_t kLongestKey = 31;
  static constexpr size_t kLongestMember = 64;

  static constexpr size_t kFieldBytes = 1 + kLongestKey;

  struct alignas(32) Slot {
    char field[kFieldBytes];       // The key as it stands in a record: its size, its bytes.
    char member[kLongestMember];   // With its comma and its colon.
    uint32_t field_mask = 0;       // A bit for each byte of `field` that counts.
    uint8_t key_size = UINT8_MAX;  // No key has that.
    uint8_t member_size = 0;       // 0: the field is left out.
    bool if_no_map = false;        // A map keeps its own name: this one is for all else.
  };

  // Where the key of the field with this number stands, if it is known. At most kLongestKey bytes.
  Slot& At(uint32_t field, size_t key_size) { return slots_[Number(field, key_size)]; }
  // Where it stands if the record is like the last one: asked without looking at the record, so
  // that nothing waits for that.
  Slot& Expected(uint32_t field) { return slots_[expected_[field % kFields]]; }
  void Expect(uint32_t field, size_t key_size) {
    expected_[field % kFields] = static_cast<uint8_t>(Number(field, key_size));
  }
  static bool Holds(const Slot& slot, std::string_view key) {
    return slot.key_size == key.size() && SameBytes(slot.field + 1, key.data(), key.size());
  }
  // Whether the key that begins at `at` is this slot's. kFieldBytes may be read there.
  static bool HoldsField(const Slot& slot, const std::byte* at) {
#if defined(__SSE2__)
    const uint32_t same = SameBytes16(slot.field, at) | SameBytes16(slot.field + 16, at + 16) << 16;
    return (same & slot.field_mask) == slot.field_mask && slot.field_mask != 0;
#else
    const auto head = static_cast<uint8_t>(*at);
    return (head & 0xe0) == kFixString && Holds(slot, AsText({at + 1, size_t{head} & 31}));
#endif
  }
  static void Append(const Slot& slot, bool first, ByteBuffer& out) {
    char* const to = reinterpret_cast<char*>(out.Tail(kLongestMember));
    out.Advance(static_cast<size_t>(Put(slot, first, to) - to));
  }
  // Returns where it ends; kLongestMember bytes are written.
  static char* Put(const Slot& slot, bool first, char* to) {
    if (first) {
      std::memcpy(to, slot.member + 1, kLongestMember - 1);
      return to + slot.member_size - 1;
    }
    std::memcpy(to, slot.member, kLongestMember);  // Of a length that the compiler knows.
    return to + slot.member_size;
  }
  // `member` without comma, with its colon; empty: left out. What is too long is not kept.
  static void Keep(Slot& slot, std::string_view key, std::string_view member, bool if_no_map) {
    if (key.size() > kLongestKey || member.size() + 1 > kLongestMember) return;
    slot.key_size = static_cast<uint8_t>(key.size());
    slot.field[0] = static_cast<char>(kFixString | key.size());
    slot.field_mask = static_cast<uint32_t>((uint64_t{2} << key.size()) - 1);
    std::memcpy(slot.field + 1, key.data(), key.size());
    slot.member_size = static_cast<uint8_t>(member.empty() ? 0 : member.size() + 1);
    slot.if_no_map = if_no_map;
    slot.member[0] = ',';
    std::memcpy(slot.member + 1, member.data(), member.size());
  }
  void Clear() { slots_.fill({}); }

 private:
  static constexpr size_t kSlots = 256;
  static constexpr size_t kWays = 4;  // Records of a few shapes may take turns.
  static constexpr size_t kFields = kSlots / kWays;
  static constexpr uint8_t kFixString = 0xa0;

#if defined(__SSE2__)
  static uint32_t SameBytes16(const char* slot, const std::byte* at) {
    const __m128i ours = _mm_load_si128(reinterpret_cast<const __m128i*>(slot));
    const __m128i theirs = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(ours, theirs)));
  }
#endif

  template <class T>
  static bool SameEnds(const char* a, const char* b, size_t size) {
    T words[4];
    std::memcpy(&words[0], a, sizeof(T));
    std::memcpy(&words[1], b, sizeof(T));
    std::memcpy(&words[2], a + size - sizeof(T), sizeof(T));
    std::memcpy(&words[3], b + size - sizeof(T), sizeof(T));
    return words[0] == words[1] && words[2] == words[3];
  }
  static bool SameBytes(const char* a, const char* b, size_t size) {
    if (size > 16) return std::memcmp(a, b, size) == 0;
    if (size >= 8) return SameEnds<uint64_t>(a, b, size);
    if (size >= 4) return SameEnds<uint32_t>(a, b, size);
    for (size_t i = 0; i < size; ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }

  static size_t Number(uint32_t field, size_t key_size) {
    return (field * kWays + (key_size & (kWays - 1))) % kSlots;
  }

  std::array<Slot, kSlots> slots_{};
  std::array<uint8_t, kFields> expected_{};
};

}  // namespace andon
