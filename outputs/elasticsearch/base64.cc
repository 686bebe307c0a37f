#include "outputs/elasticsearch/base64.h"

#include <algorithm>
#include <cstdint>

namespace andon::elasticsearch {

std::string Base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  while (!bytes.empty()) {
    const size_t taken = std::min<size_t>(bytes.size(), 3);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < taken ? static_cast<unsigned char>(bytes[i]) : 0U);
    }
    for (size_t i = 0; i < 4; ++i) {
      text += i <= taken ? kDigits[group >> (18 - 6 * i) & 63] : '=';
    }
    bytes.remove_prefix(taken);
  }
  return text;
}

}  // namespace andon::elasticsearch
