#include "core/journal/record.h"

#include <algorithm>
#include <type_traits>

#include "core/base/crc32c.h"
#include "core/journal/coding.h"

namespace andon::journal {

// Origin runs are read in place.
static_assert(sizeof(Run) == 32 && std::is_trivially_copyable_v<Run>);

namespace {

RecordHeader MakeHeader(const RecordFields& fields) {
  RecordHeader header;
  header.bytes = static_cast<uint32_t>(RecordBytes(fields));
  header.kind = fields.kind;
  header.flags = fields.flags;
  header.tag_bytes = static_cast<uint16_t>(fields.tag.size());
  header.count = fields.count;
  header.first = fields.first;
  header.entries_bytes = static_cast<uint32_t>(fields.entries.size());
  header.origin_count = static_cast<uint32_t>(fields.origin.size());
  header.positions_bytes = static_cast<uint32_t>(fields.positions.size());
  header.route_count = static_cast<uint32_t>(fields.routes.size());
  header.earliest_seconds = fields.times.earliest.seconds;
  header.earliest_nanoseconds = fields.times.earliest.nanoseconds;
  header.latest_seconds = fields.times.latest.seconds;
  header.latest_nanoseconds = fields.times.latest.nanoseconds;
  header.plain_bytes = fields.plain_bytes;
  return header;
}

std::byte* Put(std::byte* to, const void* from, size_t bytes) {
  if (bytes != 0) std::memcpy(to, from, bytes);
  return to + bytes;
}

uint64_t BodyBytes(const RecordHeader& header) {
  return uint64_t{header.origin_count} * sizeof(Run) + uint64_t{header.route_count} * 4 +
         header.positions_bytes + header.tag_bytes + header.entries_bytes;
}

}  // namespace

size_t RecordBytes(const RecordFields& fields) {
  return WordUp(sizeof(RecordHeader) + fields.origin.size() * sizeof(Run) +
                fields.routes.size() * 4 + fields.positions.size() + fields.tag.size() +
                fields.entries.size());
}

void WriteRecord(const RecordFields& fields, uint32_t mask, bool checksum, std::byte* to) {
  RecordHeader header = MakeHeader(fields);
  std::byte* at = Put(to, &header, sizeof header);
  for (const Run& run : fields.origin) {
    // Field by field: padding of the struct is not for the disk.
    std::memset(at, 0, sizeof run);
    Put(Put(Put(at, &run.lane, sizeof run.lane), &run.first, sizeof run.first), &run.count,
        sizeof run.count);
    at += sizeof run;
  }
  at = Put(at, fields.routes.data(), fields.routes.size() * 4);
  at = Put(at, fields.positions.data(), fields.positions.size());
  at = Put(at, fields.tag.data(), fields.tag.size());
  std::byte* end = at + fields.entries.size();
  std::byte* padded = to + header.bytes;
  if (!checksum) {
    Put(at, fields.entries.data(), fields.entries.size());
    std::memset(end, 0, static_cast<size_t>(padded - end));
    return;
  }
  const std::byte* from = to + kRecordChecksumFrom;
  uint32_t crc = Crc32c({from, static_cast<size_t>(at - from)});
  crc = CopyCrc32c(at, fields.entries, crc);
  std::memset(end, 0, static_cast<size_t>(padded - end));
  crc = Crc32c({end, static_cast<size_t>(padded - end)}, crc);
  header.checksum = crc ^ mask;
  std::memcpy(to + offsetof(RecordHeader, checksum), &header.checksum, sizeof header.checksum);
}

void ChangeMask(std::span<std::byte> records, uint32_t from, uint32_t to) {
  if (from == to) return;
  while (records.size() >= sizeof(RecordHeader)) {
    RecordHeader header;
    std::memcpy(&header, records.data(), sizeof header);
    header.checksum ^= from ^ to;
    std::memcpy(records.data() + offsetof(RecordHeader, checksum), &header.checksum,
                sizeof header.checksum);
    records = records.subspan(header.bytes);
  }
}

std::optional<StoredRecord> StoredRecord::Parse(Bytes untrusted) {
  if (untrusted.size() < sizeof(RecordHeader)) return std::nullopt;
  StoredRecord record;
  record.at_ = untrusted.data();
  std::memcpy(&record.header_, untrusted.data(), sizeof(RecordHeader));
  const RecordHeader& header = record.header_;
  if (header.bytes % 8 != 0 || header.bytes > untrusted.size()) return std::nullopt;
  if (header.bytes < sizeof(RecordHeader)) return std::nullopt;
  if (header.kind == RecordKind::kDamaged) {
    // Only its length counts.
    RecordHeader nothing;
    nothing.bytes = header.bytes;
    nothing.kind = RecordKind::kDamaged;
    record.header_ = nothing;
    return record;
  }
  const uint64_t needed = sizeof(RecordHeader) + BodyBytes(header);
  if (needed > header.bytes || header.bytes - needed >= 8) return std::nullopt;
  return record;
}

bool StoredRecord::ChecksumMatches(uint32_t mask) const {
  const uint32_t crc =
      Crc32c({at_ + kRecordChecksumFrom, header_.bytes - kRecordChecksumFrom}) ^ mask;
  return crc == header_.checksum;
}

TimeRange StoredRecord::times() const {
  return {.earliest = {header_.earliest_seconds, header_.earliest_nanoseconds},
          .latest = {header_.latest_seconds, header_.latest_nanoseconds}};
}

std::span<const Run> StoredRecord::origin() const {
  return {reinterpret_cast<const Run*>(body()), header_.origin_count};
}

std::span<const uint32_t> StoredRecord::routes() const {
  return {reinterpret_cast<const uint32_t*>(body() + header_.origin_count * sizeof(Run)),
          header_.route_count};
}

bool StoredRecord::RoutedTo(uint32_t cursor) const {
  return std::ranges::find(routes(), cursor) != routes().end();
}

Bytes StoredRecord::positions() const {
  return {body() + header_.origin_count * sizeof(Run) + size_t{header_.route_count} * 4,
          header_.positions_bytes};
}

std::string_view StoredRecord::tag() const {
  const Bytes before = positions();
  return {reinterpret_cast<const char*>(before.data() + before.size()), header_.tag_bytes};
}

Bytes StoredRecord::entries() const {
  const std::string_view before = tag();
  return {reinterpret_cast<const std::byte*>(before.data() + before.size()), header_.entries_bytes};
}

void CutRuns(std::span<const Run> runs, uint64_t skip, uint64_t count, std::vector<Run>& out) {
  for (const Run& run : runs) {
    if (count == 0) return;
    const uint64_t before = std::min<uint64_t>(skip, run.count);
    skip -= before;
    const uint64_t taken = std::min<uint64_t>(run.count - before, count);
    if (taken == 0) continue;
    out.push_back({run.lane, run.first + before, static_cast<uint32_t>(taken)});
    count -= taken;
  }
}

void EncodePositions(std::span<const Position> positions, uint64_t order, ByteBuffer& out) {
  Encoder encoder(out);
  encoder.Number(order);
  encoder.Number(positions.size());
  for (const Position& position : positions) {
    encoder.Number(static_cast<uint64_t>(position.kind));
    encoder.Text(position.source);
    encoder.Blob(position.value);
  }
}

std::optional<DecodedPositions> DecodePositions(Bytes untrusted) {
  Decoder decoder(untrusted);
  DecodedPositions decoded;
  decoded.order = decoder.Number();
  const uint64_t count = decoder.Count();
  for (uint64_t i = 0; i < count && decoder.ok(); ++i) {
    const uint64_t kind = decoder.Number();
    Position position;
    position.source = decoder.Text();
    position.value = decoder.Blob();
    if (kind > static_cast<uint64_t>(Position::Kind::kErase)) return std::nullopt;
    position.kind = static_cast<Position::Kind>(kind);
    decoded.positions.push_back(position);
  }
  if (!decoder.ok()) return std::nullopt;
  return decoded;
}

}  // namespace andon::journal
