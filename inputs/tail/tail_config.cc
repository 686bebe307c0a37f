#include "inputs/tail/tail_config.h"

#include <algorithm>

#include "core/config/config_reader.h"
#include "core/event/tag.h"

namespace andon {

using tail::Oversize;
using tail::ReadFrom;
using tail::WatchMode;

template <>
struct EnumNames<ReadFrom> {
  static constexpr std::pair<std::string_view, ReadFrom> kNames[] = {{"head", ReadFrom::kHead},
                                                                     {"tail", ReadFrom::kTail}};
};
template <>
struct EnumNames<WatchMode> {
  static constexpr std::pair<std::string_view, WatchMode> kNames[] = {
      {"auto", WatchMode::kAuto}, {"inotify", WatchMode::kInotify}, {"poll", WatchMode::kPoll}};
};
template <>
struct EnumNames<Oversize> {
  static constexpr std::pair<std::string_view, Oversize> kNames[] = {{"cut", Oversize::kCut},
                                                                     {"drop", Oversize::kDrop}};
};

namespace tail {
namespace {

constexpr uint64_t kMaxLineBytes = uint64_t{16} << 20;
constexpr uint32_t kMaxOpenFiles = 1'000'000;
constexpr Duration kShortestInterval = std::chrono::milliseconds(10);
constexpr std::string_view kPathPlaceholder = "${path}";

void ReadWhat(ConfigReader& reader, TailConfig* config) {
  reader.Required(
      "path", &config->path,
      "files to follow: paths or patterns with * ? [a-z] {a,b}, and /**/ for any folders; "
      "compressed ones are left out");
  reader.Optional(
      "exclude", &config->exclude,
      "patterns of paths to leave out; one without / is the name of a file, in any folder");
  reader.Required("tag", &config->tag,
                  "of the events; * or ${path} in it stands for the file's path with dots for "
                  "slashes");
  reader.Optional("read_from", &config->read_from,
                  "where to begin in files that are there at the first start; files that appear "
                  "later are always read from the head");
  ReadPlugin<Parser>(reader, "parse", &config->parse, "",
                     "how lines become records; without it each is one field, message_key. A line "
                     "that it refuses becomes an error event");
  reader.Optional("message_key", &config->message_key, "the field for lines that are not parsed");
  reader.Optional("path_key", &config->path_key, "a field for the file's path; empty: none");
}

void ReadLines(ConfigReader& reader, TailConfig* config) {
  ByteSize size{config->max_line_bytes};
  reader.Section("multiline", true, "events of several lines", [config](ConfigReader& child) {
    child.Required("start", &config->start,
                   "a line that matches begins an event; others go on with the one before");
  });
  reader.Optional("flush_after", &config->flush_after,
                  "a last line without its end, or the last event of several lines, is sent when "
                  "the file has not grown for so long; 0: never");
  reader.Optional("max_line_size", &size, "longest line, or event of several lines");
  reader.Optional("oversize", &config->oversize,
                  "cut what is longer and count it, or drop it and count it");
  config->max_line_bytes = size.bytes;
}

void ReadHow(ConfigReader& reader, TailConfig* config) {
  reader.Optional("watch", &config->watch,
                  "how changes are noticed; auto: inotify, and polling where that does not work "
                  "(network file systems, no watches left)");
  reader.Optional("refresh_interval", &config->refresh_interval,
                  "how often all patterns and files are looked at, whatever was noticed");
  reader.Optional("poll_interval", &config->poll_interval, "how often files are looked at by poll");
  reader.Optional("rotate_wait", &config->rotate_wait,
                  "a file that was renamed or removed is followed until nothing has come for so "
                  "long");
  reader.Optional("close_after", &config->close_after,
                  "a file that has not grown for so long is closed until it does");
  reader.Optional("max_open_files", &config->max_open_files,
                  "above it, what was read longest ago is closed; half of the process's limit at "
                  "most");
}

// "/var/log/a.log" as part of a tag: "var.log.a.log".
std::string Dotted(const std::string& path) {
  std::string dotted = path.substr(std::min(path.find_first_not_of('/'), path.size()));
  for (char& c : dotted) {
    if (c == '/') c = '.';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '_';
  }
  return dotted;
}

void CheckTagOption(ConfigReader& reader, const TailConfig& config) {
  if (config.tag.empty()) return;
  const std::string tag = TagOf(config.tag, "/x");
  if (tag.find("${") != std::string::npos) {
    reader.Fail("tag", '"' + config.tag + "\": only ${path} and * are known");
    return;
  }
  const Status status = CheckTag(tag);
  if (!status.ok()) reader.Fail("tag", std::string(status.message()));
}

void CheckPaths(ConfigReader& reader, const TailConfig& config) {
  for (const std::string& path : config.path) {
    if (path.empty() || path.ends_with('/')) {
      reader.Fail("path", "must name files: \"" + path + "\" does not");
    } else if (!path.starts_with('/') && !path.starts_with("{/")) {
      reader.Fail("path", "must be absolute: \"" + path + "\" does not begin with /");
    }
  }
  for (const std::string& path : config.exclude) {
    if (path.find('/') != std::string::npos && !path.starts_with('/') && !path.starts_with('{')) {
      reader.Fail("exclude", "must be absolute, or a file's name: \"" + path +
                                 "\" does not begin with / and would leave out nothing");
    }
  }
}

void Check(ConfigReader& reader, const TailConfig& config) {
  CheckTagOption(reader, config);
  if (config.max_line_bytes < 1 || config.max_line_bytes > kMaxLineBytes) {
    reader.Fail("max_line_size", "must be 1 to 16MiB");
  }
  if (config.max_open_files < 1 || config.max_open_files > kMaxOpenFiles) {
    reader.Fail("max_open_files", "must be 1 to 1000000");
  }
  if (config.refresh_interval < kShortestInterval) {
    reader.Fail("refresh_interval", "must be 10ms or more");
  }
  if (config.poll_interval < kShortestInterval) {
    reader.Fail("poll_interval", "must be 10ms or more");
  }
  CheckPaths(reader, config);
}

}  // namespace

Result<TailConfig> TailConfig::Parse(const ConfigNode& node) {
  TailConfig config;
  ConfigReader reader(node);
  ReadWhat(reader, &config);
  ReadLines(reader, &config);
  ReadHow(reader, &config);
  if (!reader.describing()) Check(reader, config);
  RETURN_IF_ERROR(reader.Finish());
  return config;
}

bool HasPath(const std::string& tag) {
  return tag.find('*') != std::string::npos || tag.find(kPathPlaceholder) != std::string::npos;
}

std::string TagOf(const std::string& tag, const std::string& path) {
  if (!HasPath(tag)) return tag;
  const std::string dotted = Dotted(path);
  std::string made;
  for (size_t at = 0; at < tag.size();) {
    const bool placeholder = std::string_view(tag).substr(at).starts_with(kPathPlaceholder);
    if (placeholder || tag[at] == '*') {
      made += dotted;
      at += placeholder ? kPathPlaceholder.size() : 1;
    } else {
      made += tag[at++];
    }
  }
  made.resize(std::min(made.size(), kMaxTagBytes));
  return made;
}

}  // namespace tail
}  // namespace andon
