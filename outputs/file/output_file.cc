#include "outputs/file/output_file.h"

#include <algorithm>
#include <utility>

#include "core/base/crc32c.h"
#include "outputs/file/folders.h"

namespace andon::file_output {

namespace {

constexpr size_t kKeepBytes = size_t{64} << 10;  // Of a staging buffer, from chunk to chunk.
constexpr uint64_t kLeaveStep = uint64_t{1} << 20;

}  // namespace

uint32_t OutputFile::Mark::TailCrc() const { return Crc32c(AsBytes(tail)); }

OutputFile::OutputFile(FileSystem& files, std::string path, std::string source)
    : files_(files), path_(std::move(path)), source_(std::move(source)) {}

Status OutputFile::OpenOrCreate(const FileCreation& creation, Folders& folders) {
  auto file = files_.Open(path_, {.mode = OpenMode::kWrite});
  if (!file.ok()) {
    auto created = Create(creation, folders);
    if (!created.ok()) {
      // What is there but cannot be opened says more than that it cannot be created.
      const auto there = Exists(files_, path_);
      return there.ok() && *there ? file.status() : created.status();
    }
    file = std::move(created);
  }
  // Also of a file that was there: an earlier try may have created it and got no further.
  RETURN_IF_ERROR(folders.Sync(FolderOf(path_)));
  return Adopt(*std::move(file));
}

Result<std::unique_ptr<File>> OutputFile::Create(const FileCreation& creation, Folders& folders) {
  const OpenOptions options{
      .mode = OpenMode::kCreateNew, .direct = false, .permissions = creation.permissions};
  auto file = files_.Open(path_, options);
  if (file.ok()) return file;
  RETURN_IF_ERROR(folders.Make(FolderOf(path_), creation.folder_permissions));
  return files_.Open(path_, options);
}

Status OutputFile::Adopt(std::unique_ptr<File> file) {
  ASSIGN_OR_RETURN(const FileId id, file->Id());
  ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  ASSIGN_OR_RETURN(Mark end, ReadMark(*file, size));
  file_ = std::move(file);
  id_ = id;
  known_ = true;
  written_ = end;
  answered_ = std::move(end);
  left_cache_ = size;
  torn_ = dirty_ = sync_failed_ = noted = false;
  return OkStatus();
}

Status OutputFile::Reopen() {
  ASSIGN_OR_RETURN(auto file, files_.Open(path_, {.mode = OpenMode::kWrite}));
  ASSIGN_OR_RETURN(const FileId id, file->Id());
  if (id != id_) return Unavailable(path_ + ": another file took its place while it was written");
  file_ = std::move(file);
  return OkStatus();
}

void OutputFile::Forget() {
  file_.reset();
  known_ = noted = torn_ = dirty_ = sync_failed_ = false;
  written_ = answered_ = {};
}

bool OutputFile::IsAtItsPath() {
  const auto file = files_.Open(path_, {.mode = OpenMode::kRead});
  if (file.ok()) {
    const auto id = (*file)->Id();
    return !id.ok() || *id == id_;
  }
  const auto there = Exists(files_, path_);
  return !there.ok() || *there;
}

Result<bool> OutputFile::FollowSize() {
  if (torn_) return false;
  ASSIGN_OR_RETURN(const uint64_t size, file_->Size());
  if (size == written_.length) return false;
  const bool was_pending = pending();
  ASSIGN_OR_RETURN(written_, ReadMark(*file_, size));
  if (!was_pending) answered_ = written_;
  return true;
}

Status OutputFile::WriteStaged(bool past_cache, MonotonicTime now) {
  if (torn_) RETURN_IF_ERROR(CutBack(Mark(written_)));
  const Bytes bytes = staged_bytes();
  Status status = past_cache ? large_writes_.Write(*file_, written_.length, bytes, now)
                             : file_->WriteAt(written_.length, bytes, false);
  if (!status.ok()) {
    (void)CutBack(Mark(written_));  // Where it fails, it is tried again before the next write.
    return status;
  }
  dirty_ = true;
  written_.length += bytes.size();
  const std::string_view text = AsText(bytes);
  written_.tail += text.substr(text.size() - std::min(text.size(), kFileTailBytes));
  if (written_.tail.size() > kFileTailBytes) {
    written_.tail.erase(0, written_.tail.size() - kFileTailBytes);
  }
  return OkStatus();
}

void OutputFile::BeginStaging(ByteBuffer& spare) {
  if (staged_.capacity() == 0) std::swap(staged_, spare);
  lead_ = LargeWrites::Lead(staged_, written_.length);
  staged_.Extend(lead_);
}

void OutputFile::DropStaged(ByteBuffer& spare) {
  // What came last needed much less: then little will be needed.
  const bool busy = staged_.size() > staged_.capacity() / 4;
  staged_.Clear();
  lead_ = 0;
  if (staged_.capacity() <= kKeepBytes) return;
  if (busy && staged_.capacity() > spare.capacity()) std::swap(staged_, spare);
  staged_.Release();
}

Status OutputFile::Sync() {
  if (sync_failed_) return Unavailable(path_ + ": what was written last could not be made durable");
  if (!dirty_) return OkStatus();
  Status status = is_open() ? OkStatus() : Reopen();
  if (status.ok()) status = file_->Sync();
  if (status.ok()) {
    dirty_ = false;
  } else {
    sync_failed_ = true;
  }
  return status;
}

void OutputFile::LeaveCache(uint64_t keep_bytes) {
  if (!is_open() || written_.length < keep_bytes) return;
  const uint64_t leave_to = written_.length - keep_bytes;
  if (leave_to < left_cache_ + kLeaveStep) return;
  // Pages that were not durable yet the last time are still there.
  const uint64_t from = left_cache_ - std::min(left_cache_, keep_bytes);
  file_->LeaveCache(from, leave_to - from);
  left_cache_ = leave_to;
}

Status OutputFile::CutBack(const Mark& mark) {
  // Bytes of other chunks that stay cannot be trusted any more than before.
  if (mark.length <= answered_.length) sync_failed_ = false;
  written_ = mark;
  torn_ = true;
  if (!is_open()) RETURN_IF_ERROR(Reopen());
  RETURN_IF_ERROR(file_->Truncate(written_.length));
  torn_ = false;
  return OkStatus();
}

NotedFile OutputFile::Note() const {
  return {path_, id_, answered_.length, answered_.TailCrc(), born, source_};
}

Result<OutputFile::Mark> ReadMark(File& file, uint64_t length) {
  OutputFile::Mark mark{length, std::string(std::min<uint64_t>(length, kFileTailBytes), '\0')};
  const std::span<std::byte> to{reinterpret_cast<std::byte*>(mark.tail.data()), mark.tail.size()};
  ASSIGN_OR_RETURN(const size_t came, file.ReadAt(length - to.size(), to));
  mark.tail.resize(came);
  return mark;
}

}  // namespace andon::file_output
