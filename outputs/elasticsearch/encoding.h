// How bodies are encoded on their way (RFC 9110, Content-Encoding).
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "core/config/config_value.h"

namespace andon::elasticsearch {

enum class Encoding : uint8_t { kNone, kGzip, kZstd };

// As the header Content-Encoding names it.
std::string_view EncodingName(Encoding encoding);

}  // namespace andon::elasticsearch

namespace andon {

template <>
struct EnumNames<elasticsearch::Encoding> {
  static constexpr std::pair<std::string_view, elasticsearch::Encoding> kNames[] = {
      {"none", elasticsearch::Encoding::kNone},
      {"gzip", elasticsearch::Encoding::kGzip},
      {"zstd", elasticsearch::Encoding::kZstd}};
};

}  // namespace andon
