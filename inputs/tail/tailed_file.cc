#include "inputs/tail/tailed_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "inputs/tail/file_hash.h"

namespace andon::tail {

namespace {

constexpr size_t kTailBytes = size_t{1} << 20;  // How far back the last line is looked for.

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

TailedFile::TailedFile(FileId id, std::string name, const SplitOptions& split)
    : path(name), id_(id), name_(std::move(name)), splitter_(split) {
  position_.path = name_;
}

bool TailedFile::Open() {
  if (OpenAt(path)) return true;
  const int error = errno;
  const auto moved = FindByInode(FolderOf(path), id_);
  if (moved.has_value()) {
    path = *moved;
    return OpenAt(path);
  }
  if (errno == ENOENT) errno = error;
  return false;
}

std::optional<FileInfo> TailedFile::Find() {
  auto info = Look(path);
  if (info.has_value() && IsSame(*info)) return info;
  const auto moved = FindByInode(FolderOf(path), id_);
  if (!moved.has_value()) return std::nullopt;
  path = *moved;
  info = Look(path);
  errno = ENOENT;
  return info.has_value() && IsSame(*info) ? info : std::nullopt;
}

bool TailedFile::OpenAt(const std::string& there) {
  auto opened = OpenFile::Open(there);
  if (!opened.has_value()) return false;
  const auto info = opened->Look();
  if (!info.has_value() || !IsSame(*info)) {
    errno = ENOENT;
    return false;
  }
  position_.birth = info->birth;
  modified = info->modified;
  file_ = *std::move(opened);
  return true;
}

bool TailedFile::IsSame(const FileInfo& info) const {
  const bool reused = info.birth != 0 && position_.birth != 0 && info.birth != position_.birth;
  return info.id == id_ && !reused;
}

ResumePoint TailedFile::ResumeAt(const TailPosition& position) {
  const auto info = file_.Look();
  const ResumePoint found = info.has_value() ? FindResume(file_, *info, position) : ResumePoint{};
  BeginAt(found.offset);
  if (found.how == ResumePoint::How::kNew) return found;
  position_.head_bytes = position.head_bytes;
  position_.head_hash = position.head_hash;
  std::vector<Checkpoint> points = position.checkpoints.points();
  std::erase_if(points, [&found](const Checkpoint& one) { return one.offset > found.offset; });
  position_.checkpoints.Restore(std::move(points));
  return found;
}

void TailedFile::BeginAt(uint64_t offset) {
  splitter_.Restart(offset);
  read_ = offset;
  position_.offset = offset;
  position_.head_bytes = 0;
  position_.head_hash = 0;
  position_.checkpoints.Clear();
  before_.assign(std::min<uint64_t>(offset, kWindowBytes), '\0');
  const ssize_t came = before_.empty() ? 0 : file_.Read(offset - before_.size(), before_);
  if (came != static_cast<ssize_t>(before_.size())) before_.clear();
}

void TailedFile::BeginAtTail() {
  const auto info = file_.Look();
  if (!info.has_value()) return BeginAt(0);
  std::vector<char> bytes(std::min<uint64_t>(info->size, kTailBytes));
  const uint64_t begin = info->size - bytes.size();
  const ssize_t came = file_.Read(begin, bytes);
  const std::string_view text(bytes.data(), came < 0 ? 0 : static_cast<size_t>(came));
  const size_t newline = text.rfind('\n');
  if (newline != std::string_view::npos) {
    BeginAt(begin + newline + 1);
  } else {
    BeginAt(begin == 0 ? 0 : info->size);
  }
  if (read_ == 0) return;
  if (const auto hash = file_.HashBefore(read_, kWindowBytes)) {
    position_.checkpoints.Add({read_, *hash});
  }
  MarkHead();
}

TailedFile::Outcome TailedFile::Read(std::span<char> buffer, LineSink& sink) {
  const size_t context = before_.size();
  const uint64_t begin = read_ - context;
  const ssize_t came = file_.Read(begin, buffer);
  if (came < 0) return Outcome::kFailed;
  const auto size = static_cast<size_t>(came);
  if (size < context || std::memcmp(buffer.data(), before_.data(), context) != 0) {
    return Outcome::kRewritten;
  }
  const std::string_view text(buffer.data() + context, size - context);
  if (text.empty()) return Outcome::kEnd;
  splitter_.Feed(text, sink);
  read_ += text.size();
  const size_t keep = std::min<size_t>(size, kWindowBytes);
  before_.assign(buffer.data() + size - keep, keep);
  Remember(buffer.first(size), begin);
  return size == buffer.size() ? Outcome::kMore : Outcome::kEnd;
}

void TailedFile::Flush(LineSink& sink) {
  splitter_.Flush(sink);
  Remember({}, read_);
}

// Marks the place behind the last event, from `bytes` (read from `offset`) where they reach so far.
void TailedFile::Remember(std::span<const char> bytes, uint64_t offset) {
  const uint64_t emitted = splitter_.emitted();
  if (emitted == position_.offset) return;
  position_.offset = emitted;
  const uint64_t window = std::min<uint64_t>(emitted, kWindowBytes);
  if (emitted - window >= offset && emitted <= offset + bytes.size()) {
    const size_t at = static_cast<size_t>(emitted - window - offset);
    position_.checkpoints.Add({emitted, HashOf({bytes.data() + at, static_cast<size_t>(window)})});
  } else if (const auto hash = file_.HashBefore(emitted, kWindowBytes)) {
    position_.checkpoints.Add({emitted, *hash});
  }
  MarkHead();
}

// The head grows with what was emitted: what is behind may yet be lost in a power cut.
void TailedFile::MarkHead() {
  const auto head = static_cast<uint32_t>(std::min<uint64_t>(position_.offset, kHeadBytes));
  if (head == position_.head_bytes) return;
  if (const auto hash = file_.HashBefore(head, head)) {
    position_.head_bytes = head;
    position_.head_hash = *hash;
  }
}

void TailedFile::Stamp(uint64_t boot, uint32_t seconds) {
  position_.boot = boot;
  position_.seconds = seconds;
}

}  // namespace andon::tail
