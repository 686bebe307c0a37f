// A range of IP addresses in CIDR form: 192.0.2.0/24, 2001:db8::/32, or one address alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace andon::forward {

class AddressRange {
 public:
  // kInvalidConfig: `"10.0.0" is no address or range of addresses (192.0.2.0/24)`.
  static Result<AddressRange> Parse(const std::string& text);
  // `peer` as of Stream::peer(): with or without a port. An IPv4 address inside IPv6 counts as
  // IPv4.
  bool Contains(std::string_view peer) const;

 private:
  using Bits = std::array<uint8_t, 16>;
  static std::optional<Bits> ReadAddress(const std::string& text);
  Bits bits_{};
  int prefix_ = 128;
};

}  // namespace andon::forward
