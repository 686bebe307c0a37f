#include "core/journal/home.h"

#include <memory>

#include "core/base/log.h"

namespace andon::journal {

namespace {

constexpr std::string_view kBegin = "andon journal home 1\n";
constexpr size_t kMostBytes = 4096;

// Empty where there is none: then only the inode counts.
std::string MachineId(FileSystem& files) {
  auto id = ReadFile(files, "/etc/machine-id", kMostBytes);
  if (!id.ok()) return "";
  return id->substr(0, id->find('\n'));
}

std::string TextOf(const std::string& machine, const FileId& file) {
  return std::string(kBegin) + "machine " + machine + "\ninode " + std::to_string(file.inode) +
         "\n";
}

}  // namespace

Status CheckHome(FileSystem& files, const std::string& directory) {
  const std::string path = directory + "/home";
  const auto file = files.Open(path, {});
  const auto text = ReadFile(files, path, kMostBytes);
  // A journal from before there were homes, a new one, or a write that a crash cut off.
  if (!file.ok() || !text.ok() || !text->starts_with(kBegin) || !text->ends_with('\n')) {
    const Status made = MakeHome(files, directory);
    if (!made.ok()) {
      LogWarn("journal", "the folder cannot be marked as this machine's",
              {{"reason", made.message()}});
    }
    return OkStatus();
  }
  ASSIGN_OR_RETURN(const FileId id, (*file)->Id());
  if (*text == TextOf(MachineId(files), id)) return OkStatus();
  return Rejected(directory +
                  " is a copy, or has come from another machine; two folders of one origin must "
                  "not run both. If the other one never runs again: andon journal adopt " +
                  directory);
}

Status MakeHome(FileSystem& files, const std::string& directory) {
  const std::string fresh = directory + "/home.new";
  {
    ASSIGN_OR_RETURN(const std::unique_ptr<File> file,
                     files.Open(fresh, {.mode = OpenMode::kCreate}));
    RETURN_IF_ERROR(file->Truncate(0));
    ASSIGN_OR_RETURN(const FileId id, file->Id());
    RETURN_IF_ERROR(file->WriteAt(0, AsBytes(TextOf(MachineId(files), id)), true));
    RETURN_IF_ERROR(file->Sync());
  }
  RETURN_IF_ERROR(files.Rename(fresh, directory + "/home"));
  return files.SyncDirectory(directory);
}

}  // namespace andon::journal
