// The files that an output writes to, by path, with a limit on open descriptors.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "outputs/file/output_file.h"

namespace andon::file_output {

// Thread: output. A file stays here, and in the note, as long as anything of it is pending; its
// descriptor may be closed and opened again meanwhile.
class FileSet {
 public:
  FileSet(FileSystem& files, size_t max_open)
      : files_(files), folders_(files), max_open_(max_open) {}

  OutputFile* Find(std::string_view path);
  // The file of that path, made when there is none yet.
  OutputFile& Get(std::string_view path, std::string_view tag);
  // Makes sure that the file has a descriptor and an identity, closing what was used longest ago
  // to make room.
  Status Open(OutputFile& file, const FileCreation& creation);
  // As recovered: the file is open already.
  Status Adopt(const NotedFile& noted, std::unique_ptr<File> file);

  // Syncs every file that needs it. On the first error all are cut back to what is answered.
  Status SyncAll();
  // Takes files away that nothing is pending of: those that `closed` names, then the least recently
  // used ones above the limit. `gone` sees each before it goes.
  template <class Closed, class Gone>
  void Trim(Closed closed, Gone gone) {
    for (auto it = all_.begin(); it != all_.end();) {
      OutputFile& file = *it->second;
      if (IsFree(file) && (!file.known() || closed(file))) {
        gone(file);
        it = all_.erase(it);
      } else {
        ++it;
      }
    }
    while (all_.size() > max_open_) {
      const auto oldest = Oldest();
      if (oldest == all_.end()) return;
      gone(*oldest->second);
      all_.erase(oldest);
    }
  }

  template <class F>
  void ForEach(F visit) const {
    for (const auto& [path, file] : all_) visit(*file);
  }
  size_t size() const { return all_.size(); }
  // Memory for one chunk that is staged, which goes from file to file.
  ByteBuffer& spare() { return spare_; }

 private:
  using Map = std::map<std::string, std::unique_ptr<OutputFile>, std::less<>>;
  static bool IsFree(const OutputFile& file) {
    return !file.in_use && !file.pending() && !file.torn();
  }
  Map::iterator Oldest();
  Status MakeRoom(const OutputFile& wanted);

  FileSystem& files_;
  Folders folders_;
  const size_t max_open_;
  Map all_;
  ByteBuffer spare_;
};

}  // namespace andon::file_output
