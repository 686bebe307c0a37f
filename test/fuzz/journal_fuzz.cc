// The journal's reader on arbitrary bytes: nothing of a folder is believed before it is checked.
//
// The first byte says how the rest is used: as a whole segment's file, as parts behind a header
// that is made good, as one record with a good checksum, as a snapshot.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/base/crc32c.h"
#include "core/journal/backlog.h"
#include "core/journal/recovery.h"
#include "core/journal/segment_scan.h"

namespace andon {
namespace {

using journal::kPageBytes;

class BytesFile : public File {
 public:
  explicit BytesFile(Bytes bytes) : bytes_(bytes) {}
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> to) override {
    if (offset >= bytes_.size()) return size_t{0};
    const size_t came = std::min<uint64_t>(to.size(), bytes_.size() - offset);
    std::memcpy(to.data(), bytes_.data() + offset, came);
    return came;
  }
  Status WriteAt(uint64_t, Bytes, bool) override { return Unavailable("read only"); }
  Status Sync() override { return {}; }
  Status Truncate(uint64_t) override { return Unavailable("read only"); }
  Status Allocate(uint64_t) override { return {}; }
  Result<uint64_t> Size() override { return uint64_t{bytes_.size()}; }
  Result<FileId> Id() override { return FileId{}; }
  int last_error() const override { return 0; }

 private:
  const Bytes bytes_;
};

void ReadSegment(Bytes bytes, uint64_t number) {
  BytesFile file(bytes);
  auto pool = std::make_shared<journal::BlockPool>(2);
  Result<journal::SegmentHeader> header = journal::ReadHeader(file, "fuzz");
  if (!header.ok()) header = journal::RebuildHeader(file, number, *pool);
  if (!header.ok()) return;
  journal::State state;
  if (auto head = journal::ReadHead(file, "fuzz", *pool); head.ok()) {
    state = std::move(head->snapshot);
  }
  const uint64_t limit = bytes.size() / kPageBytes * kPageBytes;
  journal::PartReader reader(file, *header, limit, pool);
  const journal::SegmentEnd end = journal::FindEnd(reader);
  journal::Segment segment;
  segment.header = *header;
  segment.end = end.end;
  CHECK(journal::ReplaySegment(file, segment, {pool, nullptr}, state).ok());
  // What was read can be written, and says the same.
  ByteBuffer encoded;
  EncodeState(state, encoded);
  CHECK(journal::DecodeState(encoded.bytes()).ok());
}

void ReadParts(Bytes bytes) {
  // Pages of input behind a good header; those that begin with 'P' get a good part header.
  const size_t pages = std::min<size_t>((bytes.size() + kPageBytes - 1) / kPageBytes, 16);
  std::vector<std::byte> file((2 + pages) * kPageBytes);
  journal::SegmentHeader header;
  header.segment = 1;
  header.salt = 0x1234'5678'9abc;
  WriteSegmentHeader(header, file.data());
  std::memcpy(file.data() + 2 * kPageBytes, bytes.data(),
              std::min(bytes.size(), pages * kPageBytes));
  for (size_t page = 2; page < 2 + pages; ++page) {
    std::byte* at = file.data() + page * kPageBytes;
    if (*at != std::byte{'P'}) continue;
    journal::PartHeader part;
    std::memcpy(&part, at, sizeof part);
    part.magic = journal::PartHeader::kMagic;
    part.salt = header.salt;
    part.segment = 1;
    part.offset = page * kPageBytes;
    WritePartHeader(part, at);
  }
  ReadSegment(file, 1);
}

void ReadRecord(Bytes bytes) {
  std::vector<uint64_t> words(bytes.size() / 8);
  if (words.empty()) return;
  std::memcpy(words.data(), bytes.data(), words.size() * 8);
  const Bytes aligned(reinterpret_cast<const std::byte*>(words.data()), words.size() * 8);
  const auto record = journal::StoredRecord::Parse(aligned);
  if (!record.has_value()) return;
  journal::State state;
  ApplyRecord(*record, LaneId{1, 1}, {1, 4096}, state);
  static_cast<void>(record->times());
  static_cast<void>(record->RoutedTo(1));
  if (record->kind() != journal::RecordKind::kEvents || !record->compressed()) return;
  if (record->header().plain_bytes > (1u << 20) || record->count() == 0) return;
  journal::Backlog backlog(std::make_shared<journal::Charge>([] {}));
  const Range whole{record->first(), record->last()};
  static_cast<void>(backlog.Add(LaneId{1, 1}, *record, {&whole, 1}, nullptr));
}

}  // namespace
}  // namespace andon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const andon::Bytes rest(reinterpret_cast<const std::byte*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0:
      andon::ReadSegment(rest, 1);
      break;
    case 1:
      andon::ReadParts(rest);
      break;
    case 2:
      andon::ReadRecord(rest);
      break;
    default:
      static_cast<void>(andon::journal::DecodeState(rest).ok());
      break;
  }
  return 0;
}
