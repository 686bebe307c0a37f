// The files that an output writes to, by path, with limits on open descriptors and on the note.
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
  OutputFile& Get(std::string_view path, std::string_view source);
  // A literal that says why no file can ever be at that path; null when one may.
  const char* WhyNoFile(const std::string& path);
  // Makes sure that the file has a descriptor and an identity, closing what was used longest ago
  // to make room.
  Status Open(OutputFile& file, const FileCreation& creation);
  // As recovered: the file is open already.
  Status Adopt(const NotedFile& noted, std::unique_ptr<File> file);

  // Syncs every file that needs it. On the first error all are cut back to what is answered.
  Status SyncAll();
  // Takes files away that nothing is pending of: those that `closed` names, then the least recently
  // used ones above the limits. `gone` sees each before it goes.
  template <class Closed, class Gone>
  void Trim(Closed closed, Gone gone) {
    for (auto it = all_.begin(); it != all_.end();) {
      OutputFile& file = *it->second;
      if (IsFree(file) && (!file.known() || closed(file))) {
        gone(file);
        it = Erase(it);
      } else {
        ++it;
      }
    }
    while (crowded()) {
      const auto oldest = Oldest();
      if (oldest == all_.end()) return;
      gone(*oldest->second);
      Erase(oldest);
    }
  }

  template <class F>
  void ForEach(F visit) const {
    for (const auto& [path, file] : all_) visit(*file);
  }
  bool empty() const { return all_.empty(); }
  // More than there should be: Trim would help.
  bool crowded() const { return all_.size() > max_open_ || name_bytes_ > kMaxNameBytes; }
  // Memory for one chunk that is staged, which goes from file to file.
  ByteBuffer& spare() { return spare_; }

 private:
  using Map = std::map<std::string, std::unique_ptr<OutputFile>, std::less<>>;
  static bool IsFree(const OutputFile& file) {
    return !file.in_use && !file.pending() && !file.torn();
  }
  // Of all paths and sources: the note lists them, and has to fit into a record of the journal.
  static constexpr size_t kMaxNameBytes = size_t{384} << 10;
  static size_t NameBytes(const OutputFile& file) {
    return file.path().size() + file.source().size();
  }
  Map::iterator Oldest();
  Map::iterator Erase(Map::iterator at) {
    name_bytes_ -= NameBytes(*at->second);
    return all_.erase(at);
  }
  Status MakeRoom(const OutputFile& wanted);

  FileSystem& files_;
  Folders folders_;
  const size_t max_open_;
  Map all_;
  size_t name_bytes_ = 0;
  ByteBuffer spare_;
};

}  // namespace andon::file_output
