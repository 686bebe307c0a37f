#include "outputs/file/recovery.h"

#include <algorithm>
#include <utility>

#include "outputs/file/folders.h"
#include "outputs/file/output_file.h"
#include "outputs/file/packer.h"

namespace andon::file_output {

namespace {

constexpr size_t kMaxCandidates = 1000;

// The file of that inode under `path`, or null. Device numbers may change when the machine starts
// again, so the inode is asked for, and the file's end is compared later.
Result<std::unique_ptr<File>> OpenIfSame(FileSystem& files, const std::string& path,
                                         const FileId& id) {
  ASSIGN_OR_RETURN(const bool there, Exists(files, path));
  if (!there) return std::unique_ptr<File>();
  ASSIGN_OR_RETURN(auto file, files.Open(path, {.mode = OpenMode::kWrite}));
  ASSIGN_OR_RETURN(const FileId found, file->Id());
  if (found.inode != id.inode) file.reset();
  return file;
}

// A file that was rotated, by us or by others, keeps the beginning of its name.
std::vector<std::string> OtherNames(FileSystem& files, const std::string& path) {
  std::vector<std::string> names;
  const auto entries = files.List(FolderOf(path));
  if (!entries.ok()) return names;
  const std::string_view name = NameOf(path);
  const std::string_view stem = name.substr(0, std::max<size_t>(name.rfind('.'), 1));
  const std::string folder = path.substr(0, path.size() - name.size());
  for (const DirectoryEntry& entry : *entries) {
    if (names.size() >= kMaxCandidates) break;
    if (entry.name != name && entry.name.starts_with(stem)) names.push_back(folder + entry.name);
  }
  return names;
}

std::unique_ptr<File> FindMoved(FileSystem& files, const NotedFile& noted) {
  // Without bytes to compare, nothing tells it from a file that got its inode later.
  if (noted.length == 0) return nullptr;
  for (const std::string& path : OtherNames(files, noted.path)) {
    auto file = OpenIfSame(files, path, noted.id);
    if (file.ok() && *file != nullptr) return *std::move(file);
  }
  return nullptr;
}

Status CutToNote(File& file, RecoveredFile* recovered) {
  const NotedFile& noted = recovered->noted;
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  if (size < noted.length) {
    recovered->missing_bytes = noted.length - size;
    return OkStatus();
  }
  ASSIGN_OR_RETURN(const OutputFile::Mark mark, ReadMark(file, noted.length));
  if (mark.TailCrc() != noted.tail_crc) {
    recovered->foreign = true;
    return OkStatus();
  }
  if (size == noted.length) return OkStatus();
  RETURN_IF_ERROR(file.Truncate(noted.length));
  RETURN_IF_ERROR(file.Sync());
  recovered->cut_bytes = size - noted.length;
  return OkStatus();
}

}  // namespace

Result<Recovered> RecoverFiles(FileSystem& files, const FileNote& note) {
  Recovered recovered;
  for (const NotedFile& noted : note.open) {
    RecoveredFile one;
    one.noted = noted;
    ASSIGN_OR_RETURN(one.file, OpenIfSame(files, noted.path, noted.id));
    if (one.file != nullptr) {
      RETURN_IF_ERROR(CutToNote(*one.file, &one));
    } else if (const auto moved = FindMoved(files, noted)) {
      RETURN_IF_ERROR(CutToNote(*moved, &one));
    } else {
      one.gone = true;
    }
    recovered.files.push_back(std::move(one));
  }
  for (const NotedPack& pack : note.pack) {
    ASSIGN_OR_RETURN(const bool settled, Packer::Settle(files, pack));
    if (!settled) recovered.packs.push_back(pack);
  }
  return recovered;
}

}  // namespace andon::file_output
