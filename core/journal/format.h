// The bytes of a segment: constants, headers, and nothing else. The prose with the grammar is in
// README.md. Numbers are little-endian; everything starts at a multiple of 8 bytes, and what is
// written on its own at a multiple of 4096.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/uuid.h"

namespace andon::journal {

static_assert(std::endian::native == std::endian::little, "segments are little-endian");

inline constexpr uint32_t kFormatVersion = 1;
inline constexpr size_t kPageBytes = 4096;
// A worker's block: a batch of up to 1 MiB fits with its headers, tag and positions.
inline constexpr size_t kBlockBytes = (size_t{1} << 20) + (size_t{128} << 10);
// Batches with more are split between entries; one entry that is larger gets a block of its own.
inline constexpr size_t kSplitBytes = size_t{1} << 20;
// No part is larger: what says otherwise is damaged.
inline constexpr uint64_t kMaxPartBytes = uint64_t{1} << 30;

constexpr uint64_t PageUp(uint64_t bytes) { return (bytes + kPageBytes - 1) & ~(kPageBytes - 1); }
constexpr size_t WordUp(size_t bytes) { return (bytes + 7) & ~size_t{7}; }

// A place in the journal. Offset 0 is the beginning of what a segment holds.
struct StreamPosition {
  uint64_t segment = 0;
  uint64_t offset = 0;
  auto operator<=>(const StreamPosition&) const = default;
};

// Fills a page, and the next one is its copy. The snapshot follows at 2 * kPageBytes.
struct SegmentHeader {
  static constexpr uint64_t kMagic = 0x6c6e6a6e6f646e61;  // "andonjnl"
  uint64_t magic = kMagic;
  uint32_t version = kFormatVersion;
  uint32_t checksum = 0;  // CRC32C of the page with this field 0. Here in every version.
  uint64_t segment = 0;
  uint64_t salt = 0;
  uint64_t predecessor = 0;      // 0: the first of a journal.
  uint64_t predecessor_end = 0;  // Bytes beyond it do not exist, however intact.
  Uuid journal;                  // Of the data folder, made once.
  uint64_t wall_ns = 0;          // When it was begun, for people.
  uint64_t clock_ns = 0;         // The journal's own clock: how long it has run in all.
  uint64_t snapshot_bytes = 0;
  uint32_t snapshot_checksum = 0;  // CRC32C, masked with the salt.
  uint32_t reserved = 0;
  auto operator<=>(const SegmentHeader&) const = default;

  uint64_t data_begin() const { return 2 * kPageBytes + PageUp(snapshot_bytes); }
};
static_assert(sizeof(SegmentHeader) == 96);

// In front of each part: what one lane has in a commit, as one stretch of bytes.
struct PartHeader {
  static constexpr uint64_t kMagic = 0x7472706e6f646e61;  // "andonprt"
  static constexpr uint32_t kLast = 1;                    // The commit ends with this part.
  static constexpr uint32_t kControl = 2;                 // The journal's own records.
  static constexpr uint32_t kSeal = 4;                    // Nothing comes behind it.
  uint64_t magic = kMagic;
  uint32_t checksum = 0;  // CRC32C of what follows it in the header, masked with the salt.
  uint32_t flags = 0;
  uint64_t salt = 0;     // Of the segment.
  uint64_t segment = 0;  // And where in it this stands.
  uint64_t offset = 0;
  uint64_t commit = 0;   // Counted from 1 in each segment.
  uint32_t part = 0;     // Counted from 0 in each commit.
  uint32_t bytes = 0;    // Header and records, without the padding to the next page.
  uint64_t durable = 0;  // All of the segment before this was durable when it was written.
  Uuid lane;
  uint64_t first = 0;  // Numbers of its events; last < first when it has none.
  uint64_t last = 0;
  uint64_t wall_ns = 0;
  uint64_t clock_ns = 0;
};
static_assert(sizeof(PartHeader) == 112);

enum class RecordKind : uint8_t {
  kEvents = 1,      // Entries of one tag, or positions alone.
  kCursor = 2,      // A cursor as it is now.
  kCursorGone = 3,  // A cursor that was forgotten.
  kLaneClosed = 4,
  kOldest = 5,     // The first segment that is still needed.
  kDamaged = 255,  // Never on disk: what a reader puts in place of a bad one.
};

// In front of each record. Behind it: origin runs, routes, positions, tag, entries, padding to 8.
struct RecordHeader {
  static constexpr uint8_t kMoreFollow = 1;  // The unit goes on with the lane's next record.
  static constexpr uint8_t kCompressed = 2;  // Entries are a zstd frame.
  uint32_t bytes = 0;                        // All of it, padding too.
  uint32_t checksum = 0;  // CRC32C of what follows it in the record, masked with the salt.
  RecordKind kind = RecordKind::kEvents;
  uint8_t flags = 0;
  uint16_t tag_bytes = 0;
  uint32_t count = 0;
  uint64_t first = 0;
  uint32_t entries_bytes = 0;  // As stored.
  uint32_t origin_count = 0;
  uint32_t positions_bytes = 0;
  uint32_t route_count = 0;
  uint32_t earliest_seconds = 0;
  uint32_t earliest_nanoseconds = 0;
  uint32_t latest_seconds = 0;
  uint32_t latest_nanoseconds = 0;
  uint32_t plain_bytes = 0;  // Entries uncompressed.
  uint32_t reserved = 0;
};
static_assert(sizeof(RecordHeader) == 64);

// Where the records' checksums start in a part and in a record.
inline constexpr size_t kPartChecksumFrom = 12;
inline constexpr size_t kRecordChecksumFrom = 8;

// What checksums are XORed with. CRC32C is linear, so this is worth as much as seeding it with a
// salt, and lets records be written to another segment without reading them again. Never 0.
constexpr uint32_t ChecksumMask(uint64_t salt) {
  const auto mask = static_cast<uint32_t>(salt ^ (salt >> 32));
  return mask == 0 ? 1 : mask;
}

// Fills in the checksum and writes the page and its copy to `two_pages`.
void WriteSegmentHeader(SegmentHeader header, std::byte* two_pages);
// From either page. kCorrupt when neither is a header; kRejected for a newer format, with a
// message that names `name`.
Result<SegmentHeader> ReadSegmentHeader(Bytes untrusted_pages, const std::string& name);

// Fills in the checksum.
void WritePartHeader(PartHeader header, std::byte* to);
// Empty unless it is one, stands where it says, and belongs to this segment.
std::optional<PartHeader> ReadPartHeader(Bytes untrusted, const SegmentHeader& segment,
                                         uint64_t offset);

// `0000000000000042.segment`, and the number back; 0 when the name is none.
std::string SegmentName(uint64_t segment);
uint64_t SegmentNumber(std::string_view name);

}  // namespace andon::journal
