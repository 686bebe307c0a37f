// What the file output stores with its cursor: which files it has open, how long each was when the
// cursor stood there, and which closed ones still have to be compressed.
//
// Text, a line each, fields divided by tabs:
//
//   andon-file 1
//   open    device  inode  length  tail crc  born  path  source
//   pack    device  inode  path  target  source
//
// Paths hold no control characters, and sources no tabs and line ends (path_template.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/file.h"
#include "core/base/status.h"

namespace andon::file_output {

// So many bytes before the noted length are remembered by their checksum: a file that was deleted
// and whose inode another file got is not cut.
inline constexpr size_t kFileTailBytes = 64;

struct NotedFile {
  std::string path;
  FileId id;
  uint64_t length = 0;
  uint32_t tail_crc = 0;  // CRC32C of the last min(length, kFileTailBytes) bytes.
  uint32_t born = 0;      // Seconds since 1970: when it was begun; for rotation by age.
  std::string source;     // PathTemplate's, of one of the events that are written there.
  bool operator==(const NotedFile&) const = default;
};

struct NotedPack {
  std::string path;  // Closed, maybe not yet renamed to this.
  FileId id;
  std::string target;  // Did not exist when this was noted.
  std::string source;
  bool operator==(const NotedPack&) const = default;
};

struct FileNote {
  std::vector<NotedFile> open;
  std::vector<NotedPack> pack;
};

std::string EncodeFileNote(const FileNote& note);
// An empty text is an empty note. kCorrupt names the line.
Result<FileNote> DecodeFileNote(std::string_view text);

}  // namespace andon::file_output
