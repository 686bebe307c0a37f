#include "core/base/utf8.h"

#include <cstdint>

namespace andon {
namespace {

struct Lead {
  size_t size;            // Of the character; 0: cannot begin one.
  uint8_t second_lowest;  // What the second byte may be, RFC 3629 section 4.
  uint8_t second_highest;
};

Lead LeadOf(uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xc2) return {0, 0, 0};
  if (byte < 0xe0) return {2, 0x80, 0xbf};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3, 0x80, 0xbf};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte < 0xf4) return {4, 0x80, 0xbf};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

}  // namespace

size_t Utf8CharacterSize(std::string_view text) {
  if (text.empty()) return 0;
  const Lead lead = LeadOf(static_cast<uint8_t>(text[0]));
  if (lead.size < 2) return lead.size;
  if (text.size() < lead.size) return 0;
  const auto second = static_cast<uint8_t>(text[1]);
  if (second < lead.second_lowest || second > lead.second_highest) return 0;
  for (size_t i = 2; i < lead.size; ++i) {
    if ((static_cast<uint8_t>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return lead.size;
}

}  // namespace andon
