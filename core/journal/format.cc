#include "core/journal/format.h"

#include <algorithm>
#include <charconv>

#include "core/base/crc32c.h"

namespace andon::journal {

namespace {

constexpr std::string_view kSuffix = ".segment";
constexpr size_t kDigits = 16;

uint32_t PageChecksum(const std::byte* page) {
  constexpr size_t kAt = offsetof(SegmentHeader, checksum);
  constexpr std::array<std::byte, 4> kZero{};
  uint32_t crc = Crc32c({page, kAt});
  crc = Crc32c(kZero, crc);
  return Crc32c({page + kAt + 4, kPageBytes - kAt - 4}, crc);
}

uint32_t PartChecksum(const std::byte* header, uint64_t salt) {
  return Crc32c({header + kPartChecksumFrom, sizeof(PartHeader) - kPartChecksumFrom}) ^
         ChecksumMask(salt);
}

}  // namespace

void WriteSegmentHeader(SegmentHeader header, std::byte* two_pages) {
  std::memset(two_pages, 0, kPageBytes);
  header.checksum = 0;
  std::memcpy(two_pages, &header, sizeof header);
  header.checksum = PageChecksum(two_pages);
  std::memcpy(two_pages, &header, sizeof header);
  std::memcpy(two_pages + kPageBytes, two_pages, kPageBytes);
}

Result<SegmentHeader> ReadSegmentHeader(Bytes untrusted_pages, const std::string& name) {
  for (size_t at = 0; at + kPageBytes <= untrusted_pages.size() && at < 2 * kPageBytes;
       at += kPageBytes) {
    const std::byte* page = untrusted_pages.data() + at;
    SegmentHeader header;
    std::memcpy(&header, page, sizeof header);
    if (header.magic != SegmentHeader::kMagic || header.checksum != PageChecksum(page)) continue;
    if (header.version > kFormatVersion) {
      return Rejected("segment " + name + " has format version " + std::to_string(header.version) +
                      ", this andond knows up to " + std::to_string(kFormatVersion));
    }
    return header;
  }
  return Corrupt("segment " + name + " has no valid header");
}

void WritePartHeader(PartHeader header, std::byte* to) {
  std::memcpy(to, &header, sizeof header);
  header.checksum = PartChecksum(to, header.salt);
  std::memcpy(to, &header, sizeof header);
}

std::optional<PartHeader> ReadPartHeader(Bytes untrusted, const SegmentHeader& segment,
                                         uint64_t offset) {
  if (untrusted.size() < sizeof(PartHeader)) return std::nullopt;
  PartHeader header;
  std::memcpy(&header, untrusted.data(), sizeof header);
  if (header.magic != PartHeader::kMagic || header.salt != segment.salt) return std::nullopt;
  if (header.segment != segment.segment || header.offset != offset) return std::nullopt;
  if (header.bytes < sizeof(PartHeader) || header.bytes > kMaxPartBytes) return std::nullopt;
  if (header.checksum != PartChecksum(untrusted.data(), segment.salt)) return std::nullopt;
  return header;
}

std::string SegmentName(uint64_t segment) {
  std::string digits = std::to_string(segment);
  if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
  return digits.append(kSuffix);
}

uint64_t SegmentNumber(std::string_view name) {
  if (!name.ends_with(kSuffix)) return 0;
  name.remove_suffix(kSuffix.size());
  if (name.size() < kDigits) return 0;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() ? number : 0;
}

}  // namespace andon::journal
