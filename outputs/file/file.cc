// outputs/file: writes events to files, each exactly once, whatever is killed in between.
//
//   outputs:
//     - type: file
//       match: log.**
//       path: /var/log/andon/${record["host"]:-unknown}/${tag}-%Y-%m-%d.log
//       format: json
//       rotate: {size: 1GiB, keep: 10}
//       compress: zstd

#include <cstdlib>
#include <string>

#include "core/config/config_reader.h"
#include "outputs/file/file_output.h"

namespace andon {

using file_output::Compression;
using file_output::FileSync;
using file_output::TimeZone;

template <>
struct EnumNames<TimeZone> {
  static constexpr std::pair<std::string_view, TimeZone> kNames[] = {{"local", TimeZone::kLocal},
                                                                     {"utc", TimeZone::kUtc}};
};
template <>
struct EnumNames<Compression> {
  static constexpr std::pair<std::string_view, Compression> kNames[] = {
      {"none", Compression::kNone}, {"gzip", Compression::kGzip}, {"zstd", Compression::kZstd}};
};
template <>
struct EnumNames<FileSync> {
  static constexpr std::pair<std::string_view, FileSync> kNames[] = {{"group", FileSync::kGroup},
                                                                     {"os", FileSync::kOs}};
};

namespace file_output {
namespace {

constexpr uint32_t kPermissionBits = 0777;
constexpr uint32_t kMaxOpenFiles = 4096;

void ReadPermissions(ConfigReader& reader, const char* key, uint32_t* value, const char* help) {
  std::string text = key == std::string_view("permissions") ? "0640" : "0750";
  reader.Optional(key, &text, help);
  if (reader.describing()) return;
  char* end = nullptr;
  const uint64_t bits = std::strtoull(text.c_str(), &end, 8);
  if (text.empty() || *end != '\0' || bits > kPermissionBits) {
    reader.Fail(key, "must be octal, as chmod takes it, e.g. 0640");
  } else {
    *value = static_cast<uint32_t>(bits);
  }
}

void ReadRotation(ConfigReader& reader, RotationConfig* rotate) {
  ByteSize size{rotate->size_bytes};
  reader.Optional("size", &size,
                  "a file that has become so large gets the name PATH.20261121-150405, and a new "
                  "one is begun; 0: never");
  reader.Optional("age", &rotate->age, "the same for a file that was begun so long ago; 0: never");
  reader.Optional("keep", &rotate->keep, "so many rotated files of a path stay; 0: all");
  rotate->size_bytes = size.bytes;
}

}  // namespace

Result<FileOutputConfig> FileOutputConfig::Parse(const ConfigNode& node) {
  FileOutputConfig config;
  ConfigReader reader(node);
  std::string path;
  reader.Required(
      "path", &path,
      "the file of each event: may hold ${tag}, ${tag_parts[n]}, ${tag_prefix[n]}, "
      "${tag_suffix[n]}, ${record[\"key\"]}, ${record[\"key\"]:-text when there is none} and "
      "the event's time as %Y %m %d %H %M %S");
  reader.Optional("timezone", &config.time_zone, "of the time in path and in rotated names");
  ReadPlugin<Formatter>(reader, "format", &config.format, "json", "how each event is written");
  reader.Section("rotate", true, "when a file is full",
                 [&config](ConfigReader& child) { ReadRotation(child, &config.rotate); });
  reader.Optional("compress", &config.compress,
                  "compress files that are rotated, and files whose time in path is over");
  reader.Optional("close_after", &config.close_after,
                  "a file whose time in path is over is closed when nothing has come for so long");
  reader.Optional("append", &config.append,
                  "go on in a file that is there already; false: it is renamed as by rotate");
  ReadPermissions(reader, "permissions", &config.creation.permissions,
                  "of new files, in octal, less the umask");
  ReadPermissions(reader, "folder_permissions", &config.creation.folder_permissions,
                  "of new folders, in octal, less the umask");
  reader.Optional("max_open_files", &config.max_open_files,
                  "above it, what was written longest ago is closed");
  reader.Optional("sync", &config.sync,
                  "group: on disk before the journal forgets it; os: survives a killed process, "
                  "not a power cut");
  ByteSize page_cache{config.page_cache_bytes};
  reader.Optional("page_cache", &page_cache,
                  "so much of each file's end stays in the machine's memory while somebody follows "
                  "it; what is before, or read by nobody, is left to who needs memory");
  config.page_cache_bytes = page_cache.bytes;
  if (!reader.describing()) {
    auto made = PathTemplate::Parse(path, config.time_zone);
    if (made.ok()) {
      config.path = *std::move(made);
    } else if (!path.empty() || node.Has("path")) {
      reader.Fail("path", std::string(made.status().message()));
    }
    if (config.max_open_files < 1 || config.max_open_files > kMaxOpenFiles) {
      reader.Fail("max_open_files", "must be 1 to 4096");
    }
    if (config.close_after < Duration::zero()) reader.Fail("close_after", "must not be negative");
  }
  RETURN_IF_ERROR(reader.Finish());
  return config;
}

namespace {

const Register<Output, FileOutput> kFile("file", "writes events to files, each exactly once");

}  // namespace
}  // namespace file_output
}  // namespace andon
