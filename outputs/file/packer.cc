#include "outputs/file/packer.h"

#include <utility>

#include "outputs/file/folders.h"

namespace andon::file_output {

namespace {

constexpr size_t kSlice = size_t{256} << 10;  // About 5 ms of gzip.

std::string PartName(const NotedPack& pack) { return pack.target + ".part"; }

}  // namespace

Packer::Packer(FileSystem& files, Loop& loop, Compression compression, uint32_t permissions)
    : files_(files), loop_(loop), compression_(compression), permissions_(permissions) {}

Packer::~Packer() { Cancel(); }

void Packer::Start(NotedPack pack, UniqueFunction<void(Status)> done) {
  CHECK(!busy());
  pack_ = std::move(pack);
  done_ = std::move(done);
  step_ = std::make_shared<int>();
  loop_.Post([this, step = std::weak_ptr<int>(step_)] {
    if (!step.expired()) Step();
  });
}

void Packer::Cancel() {
  if (!busy()) return;
  if (to_ != nullptr) (void)files_.Remove(PartName(pack_));
  done_ = nullptr;
  End(OkStatus());
}

void Packer::Step() {
  if (from_ == nullptr) {
    Status begun = Begin();
    if (!begun.ok()) return End(std::move(begun));
  }
  const Result<bool> more = CompressSome();
  if (!more.ok()) return End(more.status());
  if (!*more) return End(Complete());
  loop_.Post([this, step = std::weak_ptr<int>(step_)] {
    if (!step.expired()) Step();
  });
}

Status Packer::Begin() {
  ASSIGN_OR_RETURN(auto from, files_.Open(pack_.path, {.mode = OpenMode::kRead}));
  ASSIGN_OR_RETURN(
      to_, files_.Open(PartName(pack_),
                       {.mode = OpenMode::kCreate, .direct = false, .permissions = permissions_}));
  RETURN_IF_ERROR(to_->Truncate(0));
  from_ = std::move(from);
  read_ = written_ = 0;
  compressor_ = MakeCompressor(compression_);
  return OkStatus();
}

// False at the end of the file.
Result<bool> Packer::CompressSome() {
  in_.Clear();
  std::byte* const to = in_.Tail(kSlice);
  ASSIGN_OR_RETURN(const size_t came, from_->ReadAt(read_, {to, kSlice}));
  in_.Advance(came);
  from_->LeaveCache(read_, came);
  read_ += came;
  const bool last = came < kSlice;
  out_.Clear();
  RETURN_IF_ERROR(compressor_->Add(in_.bytes(), last, out_));
  if (!out_.empty()) RETURN_IF_ERROR(to_->WriteAt(written_, out_.bytes(), false));
  written_ += out_.size();
  return !last;
}

Status Packer::Complete() {
  RETURN_IF_ERROR(to_->Sync());
  RETURN_IF_ERROR(files_.Rename(PartName(pack_), pack_.target));
  RETURN_IF_ERROR(files_.SyncDirectory(FolderOf(pack_.target)));
  RETURN_IF_ERROR(files_.Remove(pack_.path));
  return files_.SyncDirectory(FolderOf(pack_.path));
}

void Packer::End(Status status) {
  from_.reset();
  to_.reset();
  compressor_.reset();
  in_.Release();
  out_.Release();
  step_.reset();
  if (done_) std::exchange(done_, nullptr)(std::move(status));
}

Result<bool> Packer::Settle(FileSystem& files, const NotedPack& pack) {
  ASSIGN_OR_RETURN(const bool there, Exists(files, pack.path));
  if (!there) return true;
  ASSIGN_OR_RETURN(auto file, files.Open(pack.path, {.mode = OpenMode::kRead}));
  ASSIGN_OR_RETURN(const FileId id, file->Id());
  if (id.inode != pack.id.inode) return true;
  ASSIGN_OR_RETURN(const bool packed, Exists(files, pack.target));
  if (!packed) return false;
  RETURN_IF_ERROR(files.Remove(pack.path));
  RETURN_IF_ERROR(files.SyncDirectory(FolderOf(pack.path)));
  return true;
}

}  // namespace andon::file_output
