#include "core/journal/damage.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/journal/block.h"

namespace andon::journal {

namespace {
// A disk that goes bad must not fill the rest of itself with copies.
constexpr uint64_t kMaxCopiedBytes = uint64_t{64} << 20;
}  // namespace

void DamageLog::Report(uint64_t segment, const DamagedRange& range, File& file) {
  if (!reported_.emplace(segment, range.first).second) return;
  ranges_.Add();
  const std::string name = std::to_string(segment) + "-" + std::to_string(range.first) + "-" +
                           std::to_string(range.end - 1);
  LogError("journal", "segment is damaged, stepping over it",
           {{"segment", SegmentName(segment)},
            {"first_byte", range.first},
            {"last_byte", range.end - 1},
            {"reason", range.reason},
            {"copied_to", directory_ + "/quarantine/" + name}});
  const Status copied = Copy(name, range, file);
  if (!copied.ok()) {
    LogError("journal", "damaged bytes are not copied", {{"reason", copied.message()}});
  }
}

void DamageLog::ReportMissing(uint64_t first, uint64_t last) {
  if (!reported_.emplace(first, 0).second) return;
  ranges_.Add();
  LogError("journal",
           "segments are missing, was a file deleted? What outputs had not finished of "
           "them is lost and counted as damaged",
           {{"first", SegmentName(first)}, {"last", SegmentName(last)}});
}

void DamageLog::MoveAway(const std::string& path, const std::string& name,
                         const std::string& reason) {
  ranges_.Add();
  const std::string to = directory_ + "/quarantine/" + name;
  LogError("journal", "segment is unreadable, moved away",
           {{"segment", name}, {"reason", reason}, {"to", to}});
  Status moved = files_.MakeDirectory(directory_ + "/quarantine", 0750);
  if (moved.ok()) moved = files_.Rename(path, to);
  if (!moved.ok()) LogError("journal", "segment is not moved", {{"reason", moved.message()}});
}

Status DamageLog::Copy(const std::string& name, const DamagedRange& range, File& file) {
  const std::string folder = directory_ + "/quarantine";
  RETURN_IF_ERROR(files_.MakeDirectory(folder, 0750));
  ASSIGN_OR_RETURN(auto copy, files_.Open(folder + "/" + name, {.mode = OpenMode::kCreate}));
  Block block(kBlockBytes);
  const uint64_t begin = range.first / kPageBytes * kPageBytes;
  for (uint64_t at = begin; at < range.end && copied_bytes_ < kMaxCopiedBytes;
       at += block.capacity()) {
    const size_t wanted = std::min<uint64_t>(block.capacity(), PageUp(range.end - at));
    const Result<size_t> came = file.ReadAt(at, {block.data(), wanted});
    if (!came.ok()) return came.status();
    const uint64_t from = std::max(at, range.first);
    const uint64_t to = std::min(at + *came, range.end);
    if (from >= to) break;
    RETURN_IF_ERROR(
        copy->WriteAt(from - range.first, {block.data() + (from - at), to - from}, false));
    copied_bytes_ += to - from;
  }
  return {};
}

}  // namespace andon::journal
