#include "outputs/file/file_set.h"

#include <utility>

namespace andon::file_output {

OutputFile* FileSet::Find(std::string_view path) {
  const auto found = all_.find(path);
  return found == all_.end() ? nullptr : found->second.get();
}

OutputFile& FileSet::Get(std::string_view path, std::string_view source) {
  if (OutputFile* file = Find(path)) return *file;
  auto file = std::make_unique<OutputFile>(files_, std::string(path), std::string(source));
  name_bytes_ += NameBytes(*file);
  return *all_.emplace(path, std::move(file)).first->second;
}

const char* FileSet::WhyNoFile(const std::string& path) {
  const auto there = files_.Open(path, {.mode = OpenMode::kWrite});
  if (there.ok()) return nullptr;
  if (files_.SyncDirectory(path).ok()) return "the file's path is a folder's";
  for (std::string folder = FolderOf(path); !files_.SyncDirectory(folder).ok();) {
    if (files_.Open(folder, {.mode = OpenMode::kWrite}).ok()) {
      return "a folder in the file's path is a file";
    }
    std::string above = FolderOf(folder);
    if (above == folder) break;
    folder = std::move(above);
  }
  return nullptr;
}

Status FileSet::Open(OutputFile& file, const FileCreation& creation) {
  if (file.is_open()) return OkStatus();
  RETURN_IF_ERROR(MakeRoom(file));
  return file.known() ? file.Reopen() : file.OpenOrCreate(creation, folders_);
}

Status FileSet::Adopt(const NotedFile& noted, std::unique_ptr<File> file) {
  OutputFile& made = Get(noted.path, noted.source);
  RETURN_IF_ERROR(MakeRoom(made));
  RETURN_IF_ERROR(made.Adopt(std::move(file)));
  made.born = noted.born;
  made.noted = true;
  return OkStatus();
}

Status FileSet::MakeRoom(const OutputFile& wanted) {
  size_t open = 0;
  OutputFile* oldest = nullptr;
  for (const auto& [path, file] : all_) {
    if (!file->is_open() || file.get() == &wanted) continue;
    ++open;
    if (oldest == nullptr || file->last_write < oldest->last_write) oldest = file.get();
  }
  if (oldest == nullptr || open < max_open_) return OkStatus();
  RETURN_IF_ERROR(oldest->Sync());
  oldest->CloseDescriptor();
  return OkStatus();
}

Status FileSet::SyncAll() {
  Status status;
  for (const auto& [path, file] : all_) {
    status = file->Sync();
    if (!status.ok()) break;
  }
  if (status.ok()) return status;
  for (const auto& [path, file] : all_) {
    // Where it fails, it is tried again before the next write.
    if (file->known() && file->pending()) (void)file->CutBackToAnswered();
  }
  return status;
}

FileSet::Map::iterator FileSet::Oldest() {
  auto oldest = all_.end();
  for (auto it = all_.begin(); it != all_.end(); ++it) {
    if (!IsFree(*it->second)) continue;
    if (oldest == all_.end() || it->second->last_write < oldest->second->last_write) oldest = it;
  }
  return oldest;
}

}  // namespace andon::file_output
