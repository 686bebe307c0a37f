// One file that is written to: how long it is, how much of that is answered for, and how it gets
// back to where it was.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "outputs/file/file_note.h"
#include "outputs/file/folders.h"
#include "outputs/file/large_writes.h"

namespace andon::file_output {

struct FileCreation {
  uint32_t permissions = 0640;
  uint32_t folder_permissions = 0750;
};

// Thread: output. Bytes go three steps: staged (formatted, in memory), written (in the file), and
// answered (durable, and their chunk was answered for). The note names what is answered. After any
// failure the file is cut back; where even that fails, before the next write.
class OutputFile {
 public:
  // An end of the file: its length and its last bytes.
  struct Mark {
    uint64_t length = 0;
    std::string tail;
    uint32_t TailCrc() const;
  };

  OutputFile(FileSystem& files, std::string path, std::string source);

  const std::string& path() const { return path_; }
  // PathTemplate's, of one of the events that are written here.
  const std::string& source() const { return source_; }
  // A chunk begins to be staged here: takes `spare`'s memory when it has none.
  void BeginStaging(ByteBuffer& spare);
  // What is staged is given up; large memory goes to `spare`.
  void DropStaged(ByteBuffer& spare);
  // To append to. What is in front of where it began stays untouched.
  ByteBuffer& staged() { return staged_; }
  Bytes staged_bytes() const { return staged_.bytes().subspan(lead_); }

  // Opens what is there and goes on at its end, or creates it; its name is durable then. Sets the
  // identity.
  Status OpenOrCreate(const FileCreation& creation, Folders& folders);
  // Takes an open file of that name over, as recovered.
  Status Adopt(std::unique_ptr<File> file);
  // Opens the same file again after CloseDescriptor.
  Status Reopen();
  void CloseDescriptor() { file_.reset(); }
  bool is_open() const { return file_ != nullptr; }
  // The name stands for another file from now on: nothing may be pending.
  void Forget();

  // False when it is certain that the path leads to another file, or to none: somebody moved this
  // one.
  bool IsAtItsPath();
  // Takes note of what others appended or cut off. True when somebody did.
  Result<bool> FollowSize();
  // Appends what is staged, which stays so; much of it past the page cache, if that is allowed and
  // nobody follows the file.
  Status WriteStaged(bool past_cache, MonotonicTime now);
  Status Sync();
  // The page cache keeps the last bytes only, for those who follow the file: pages that come back
  // at once are written to again while they are warm, and nobody else's have to go for them.
  void LeaveCache(uint64_t keep_bytes);
  // Cuts off what was written behind `mark`.
  Status CutBack(const Mark& mark);
  Status CutBackToAnswered() { return CutBack(answered_); }
  void Answered(Mark mark) { answered_ = std::move(mark); }

  const Mark& written() const { return written_; }
  const Mark& answered() const { return answered_; }
  bool pending() const { return written_.length != answered_.length; }
  // There are bytes behind written() that must go, but could not be cut off yet.
  bool torn() const { return torn_; }
  bool known() const { return known_; }  // It has an identity.
  FileId id() const { return id_; }
  NotedFile Note() const;

  bool noted = false;   // A durable note names it.
  bool in_use = false;  // By the chunk that is being written.
  uint32_t born = 0;    // Seconds since 1970.
  MonotonicTime last_write{};
  MonotonicTime last_check{};  // Of IsAtItsPath.
  MonotonicTime rotate_not_before{};

 private:
  Status ReadTail(Mark* mark);
  Result<std::unique_ptr<File>> Create(const FileCreation& creation, Folders& folders);

  FileSystem& files_;
  const std::string path_;
  const std::string source_;
  ByteBuffer staged_;
  size_t lead_ = 0;  // Of its bytes no use is made: they bring the others to their place in a page.
  LargeWrites large_writes_;
  std::unique_ptr<File> file_;
  FileId id_;
  bool known_ = false;
  bool dirty_ = false;
  bool torn_ = false;         // There may be bytes behind written_.
  bool sync_failed_ = false;  // What is written since answered_ cannot be trusted.
  Mark written_;
  Mark answered_;
  uint64_t left_cache_ = 0;  // Up to here.
};

// The last bytes before `length` of a file.
Result<OutputFile::Mark> ReadMark(File& file, uint64_t length);

}  // namespace andon::file_output
