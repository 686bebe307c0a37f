#include "outputs/file/rotation.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <set>

#include "outputs/file/folders.h"
#include "outputs/file/output_file.h"

namespace andon::file_output {

namespace {

constexpr size_t kStampSize = 15;  // 20261121-150405

std::string Stamp(EventTime now, TimeZone zone) {
  const time_t time = now.seconds;
  struct tm parts {};
  if (zone == TimeZone::kUtc) {
    gmtime_r(&time, &parts);
  } else {
    localtime_r(&time, &parts);
  }
  char text[kStampSize + 1];
  return {text, strftime(text, sizeof text, "%Y%m%d-%H%M%S", &parts)};
}

bool HasStamp(std::string_view text) {
  if (text.size() < kStampSize) return false;
  for (size_t i = 0; i < kStampSize; ++i) {
    const bool good = i == 8 ? text[i] == '-' : text[i] >= '0' && text[i] <= '9';
    if (!good) return false;
  }
  return true;
}

Result<std::set<std::string>> Names(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(const auto entries, files.List(FolderOf(path)));
  std::set<std::string> names;
  for (const DirectoryEntry& entry : entries) names.insert(entry.name);
  return names;
}

bool Taken(const std::set<std::string>& names, const std::string& name) {
  return names.contains(name) || names.contains(name + ".gz") || names.contains(name + ".zst");
}

// By stamp, then by number: -2 before -10.
struct RotatedName {
  std::string stamp;
  uint64_t number = 1;
  std::string name;
  bool operator<(const RotatedName& other) const {
    return stamp != other.stamp ? stamp < other.stamp : number < other.number;
  }
};

}  // namespace

bool Rotation::IsDue(const OutputFile& file, EventTime now) const {
  const uint64_t length = file.written().length;
  if (!file.known() || file.torn() || length == 0) return false;
  if (config_.size_bytes > 0 && length >= config_.size_bytes) return true;
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(config_.age).count();
  return config_.age > Duration::zero() && int64_t{now.seconds} - file.born >= age;
}

Result<std::string> Rotation::NewName(const std::string& path, EventTime now) const {
  ASSIGN_OR_RETURN(const auto names, Names(files_, path));
  const std::string stamp = "." + Stamp(now, zone_);
  const std::string base = std::string(NameOf(path)) + stamp;
  std::string number;
  for (int n = 2; Taken(names, base + number); ++n) number = "-" + std::to_string(n);
  return path + stamp + number;
}

Result<std::string> Rotation::PackedName(FileSystem& files, const std::string& path,
                                         std::string_view suffix) {
  ASSIGN_OR_RETURN(const auto names, Names(files, path));
  const std::string base(NameOf(path));
  std::string number;
  for (int n = 2; names.contains(base + number + std::string(suffix)); ++n) {
    number = "-" + std::to_string(n);
  }
  return path + number + std::string(suffix);
}

Status Rotation::RemoveOld(const std::string& path) const {
  if (config_.keep == 0) return OkStatus();
  ASSIGN_OR_RETURN(const auto names, Names(files_, path));
  const std::string prefix = std::string(NameOf(path)) + ".";
  std::vector<RotatedName> rotated;
  for (const std::string& name : names) {
    const std::string_view rest =
        std::string_view(name).substr(std::min(prefix.size(), name.size()));
    if (!name.starts_with(prefix) || !HasStamp(rest) || name.ends_with(".part")) continue;
    RotatedName one{std::string(rest.substr(0, kStampSize)), 1, name};
    if (rest.size() > kStampSize && rest[kStampSize] == '-') {
      one.number = std::strtoull(rest.data() + kStampSize + 1, nullptr, 10);
    }
    rotated.push_back(std::move(one));
  }
  std::ranges::sort(rotated, std::less<>());
  const std::string folder = FolderOf(path);
  while (rotated.size() > config_.keep) {
    RETURN_IF_ERROR(files_.Remove(folder + "/" + rotated.front().name));
    rotated.erase(rotated.begin());
  }
  return OkStatus();
}

}  // namespace andon::file_output
