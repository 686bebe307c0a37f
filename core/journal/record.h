// One record: how it is put into a block, and how it is found again.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/event/entry.h"
#include "core/event/event_batch.h"
#include "core/journal/format.h"

namespace andon::journal {

// What goes into a record; borrows everything.
struct RecordFields {
  RecordKind kind = RecordKind::kEvents;
  uint8_t flags = 0;
  Sequence first = 0;
  uint32_t count = 0;
  uint32_t plain_bytes = 0;  // Of the entries, when they are compressed.
  TimeRange times;
  std::string_view tag;
  Bytes entries;
  Bytes positions;  // See EncodePosition.
  std::span<const Run> origin;
  std::span<const uint32_t> routes;  // Numbers of cursors.
};

size_t RecordBytes(const RecordFields& fields);
// Fills RecordBytes() bytes at `to`, which is 8-aligned; the entries are copied and summed in one
// pass. Without `checksum` (nothing will be written to a disk) they are copied only.
void WriteRecord(const RecordFields& fields, uint32_t mask, bool checksum, std::byte* to);
// Makes the records in `records` right for another segment.
void ChangeMask(std::span<std::byte> records, uint32_t from, uint32_t to);

// A record where it lies.
class StoredRecord {
 public:
  // Empty unless the front of `untrusted` has a record whose lengths add up.
  static std::optional<StoredRecord> Parse(Bytes untrusted);
  bool ChecksumMatches(uint32_t mask) const;

  const RecordHeader& header() const { return header_; }
  RecordKind kind() const { return header_.kind; }
  size_t bytes() const { return header_.bytes; }
  Sequence first() const { return header_.first; }
  Sequence last() const { return header_.first + header_.count - 1; }
  uint32_t count() const { return header_.count; }
  bool compressed() const { return (header_.flags & RecordHeader::kCompressed) != 0; }
  bool more_follow() const { return (header_.flags & RecordHeader::kMoreFollow) != 0; }
  TimeRange times() const;

  std::span<const Run> origin() const;
  std::span<const uint32_t> routes() const;
  bool RoutedTo(uint32_t cursor) const;
  Bytes positions() const;
  std::string_view tag() const;
  Bytes entries() const;  // As stored.

 private:
  const std::byte* body() const { return at_ + sizeof(RecordHeader); }
  const std::byte* at_ = nullptr;
  RecordHeader header_;
};

// Calls `visit` for each record of a part's bytes behind its header, until it returns false.
template <class Visit>
void ForEachRecord(Bytes records, Visit visit) {
  while (auto record = StoredRecord::Parse(records)) {
    if (!visit(*record)) return;
    records = records.subspan(record->bytes());
  }
}

// The runs of `count` events behind the first `skip`.
void CutRuns(std::span<const Run> runs, uint64_t skip, uint64_t count, std::vector<Run>& out);

// A record's positions: the order in which they were appended, process-wide, then each one.
void EncodePositions(std::span<const Position> positions, uint64_t order, ByteBuffer& out);
struct DecodedPositions {
  uint64_t order = 0;
  std::vector<Position> positions;  // Borrow from the bytes decoded.
};
std::optional<DecodedPositions> DecodePositions(Bytes untrusted);

}  // namespace andon::journal
