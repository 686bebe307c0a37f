#include "core/journal/segments.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "core/base/log.h"

namespace andon::journal {

namespace {

constexpr std::string_view kSpare = "spare.";
constexpr size_t kMaxSpares = 2;

}  // namespace

std::string Segments::SparePath(uint64_t number) const {
  return directory_ + "/" + std::string(kSpare) + std::to_string(number);
}

uint64_t Segments::bytes() const {
  uint64_t bytes = 0;
  for (const auto& [number, segment] : all_) bytes += segment.file_bytes;
  return bytes;
}

uint64_t Segments::used_bytes() const {
  const Segment& open = all_.rbegin()->second;
  return bytes() - open.file_bytes + open.end;
}

void Segments::FindSpares(const std::vector<DirectoryEntry>& entries) {
  for (const DirectoryEntry& entry : entries) {
    if (!entry.name.starts_with(kSpare)) continue;
    uint64_t number = 0;
    const char* begin = entry.name.data() + kSpare.size();
    const char* end = entry.name.data() + entry.name.size();
    if (std::from_chars(begin, end, number).ptr != end) continue;
    next_spare_ = std::max(next_spare_, number + 1);
    if (entry.size_bytes == segment_bytes_ && spares_.size() < kMaxSpares) {
      spares_.push_back(number);
    } else if (Status removed = files_.Remove(SparePath(number)); !removed.ok()) {
      LogWarn("journal", "spare file is not removed", {{"reason", removed.message()}});
    }
  }
}

Result<std::unique_ptr<File>> Segments::Create(uint64_t number, uint64_t capacity) {
  const std::string path = PathOf(number);
  if (!spares_.empty() && capacity == segment_bytes_) {
    const std::string spare = SparePath(spares_.back());
    spares_.pop_back();
    RETURN_IF_ERROR(files_.Rename(spare, path));
    return files_.Open(path, {.mode = OpenMode::kWrite, .direct = true});
  }
  ASSIGN_OR_RETURN(auto file, files_.Open(path, {.mode = OpenMode::kCreateNew, .direct = true}));
  Status allocated = file->Allocate(capacity);
  if (!allocated.ok() && !spares_.empty()) {
    // Spare files of the usual size are of no use now, but their room is.
    RemoveSpares();
    allocated = file->Allocate(capacity);
  }
  if (!allocated.ok()) {
    file.reset();
    // The next try takes another number, so what stays would only take room.
    static_cast<void>(files_.Remove(path));
    return allocated;
  }
  return file;
}

void Segments::RemoveSpares() {
  for (const uint64_t spare : spares_) {
    const Status removed = files_.Remove(SparePath(spare));
    if (!removed.ok()) LogWarn("journal", "file is not removed", {{"reason", removed.message()}});
  }
  spares_.clear();
}

Status Segments::MakeSpare() {
  const uint64_t number = next_spare_++;
  const std::string path = SparePath(number);
  ASSIGN_OR_RETURN(auto file, files_.Open(path, {.mode = OpenMode::kCreateNew, .direct = true}));
  Status allocated = file->Allocate(segment_bytes_);
  file.reset();
  if (!allocated.ok()) {
    static_cast<void>(files_.Remove(path));
    return allocated;
  }
  spares_.push_back(number);
  return {};
}

void Segments::Free(uint64_t number, bool keep) {
  const auto found = all_.find(number);
  if (found == all_.end()) return;
  Status done;
  if (keep && spares_.size() < kMaxSpares && found->second.file_bytes == segment_bytes_) {
    done = files_.Rename(PathOf(number), SparePath(next_spare_));
    if (done.ok()) spares_.push_back(next_spare_++);
  } else {
    done = files_.Remove(PathOf(number));
  }
  if (!done.ok()) LogWarn("journal", "segment is not freed", {{"reason", done.message()}});
  all_.erase(found);
}

bool Segments::IsThere(uint64_t number, File& file) {
  const auto named = files_.Open(PathOf(number), {.mode = OpenMode::kRead});
  if (!named.ok()) {
    return std::string(named.status().message()).find(std::strerror(ENOENT)) == std::string::npos;
  }
  const Result<FileId> there = (*named)->Id();
  const Result<FileId> here = file.Id();
  return !there.ok() || !here.ok() || *there == *here;
}

Status Segments::MakeFolderAgain() {
  RemoveSpares();
  return files_.MakeDirectory(directory_, 0750);
}

Status Segments::DiscardForGood(uint64_t number) {
  RETURN_IF_ERROR(files_.Remove(PathOf(number)));
  return files_.SyncDirectory(directory_);
}

void Segments::Discard(uint64_t number) {
  const Status removed = files_.Remove(PathOf(number));
  if (!removed.ok()) LogWarn("journal", "file is not removed", {{"reason", removed.message()}});
}

}  // namespace andon::journal
