#include "core/forward/address_range.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace andon::forward {
namespace {

constexpr int kMappedPrefix = 96;  // IPv4 addresses are ::ffff:0:0/96.

// Without the port and the brackets.
std::string HostOf(std::string_view peer) {
  if (peer.starts_with('[')) return std::string(peer.substr(1, peer.find(']') - 1));
  const bool one_colon = std::count(peer.begin(), peer.end(), ':') == 1;
  return std::string(one_colon ? peer.substr(0, peer.find(':')) : peer);
}

}  // namespace

std::optional<AddressRange::Bits> AddressRange::ReadAddress(const std::string& text) {
  Bits bits{};
  in_addr v4;
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    bits[10] = bits[11] = 0xff;
    std::memcpy(bits.data() + 12, &v4, sizeof v4);
    return bits;
  }
  if (inet_pton(AF_INET6, text.c_str(), bits.data()) == 1) return bits;
  return std::nullopt;
}

Result<AddressRange> AddressRange::Parse(const std::string& text) {
  const Status bad =
      InvalidConfig('"' + text + "\" is no address or range of addresses (192.0.2.0/24)");
  const size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  const auto bits = ReadAddress(address);
  if (!bits.has_value()) return bad;
  AddressRange range;
  range.bits_ = *bits;
  if (slash == std::string::npos) return range;
  const bool v4 = address.find(':') == std::string::npos;
  int prefix = -1;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + slash + 1, end, prefix);
  if (parsed.ec != std::errc() || parsed.ptr != end) return bad;
  if (prefix < 0 || prefix > (v4 ? 32 : 128)) return bad;
  range.prefix_ = v4 ? kMappedPrefix + prefix : prefix;
  return range;
}

bool AddressRange::Contains(std::string_view peer) const {
  const auto bits = ReadAddress(HostOf(peer));
  if (!bits.has_value()) return false;
  for (int bit = 0; bit < prefix_; ++bit) {
    const auto byte = static_cast<size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if (((bits_[byte] ^ (*bits)[byte]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace andon::forward
