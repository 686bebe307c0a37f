#include "inputs/tail/stored_positions.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"

namespace andon::tail {

void StoredPositions::Load(const PositionStore& store, int worker, int workers) {
  const std::string prefix = StartedSource(input_id_) + ":";
  store.ForEach(prefix, [&](std::string_view source, std::string_view value) {
    const auto file = FileOfSource(input_id_, source);
    if (!file.has_value() || !IsMine(*file, worker, workers)) return;
    auto position = DecodePosition(value);
    if (position.ok()) {
      stored_[*file] = *std::move(position);
    } else {
      LogError(input_id_, "a file is read again from its head: its position is damaged",
               {{"source", source}});
    }
  });
}

bool StoredPositions::IsMine(const FileId& file, int worker, int workers) {
  if (workers <= 1) return true;
  const uint64_t mixed = (file.inode * 0x9e3779b97f4a7c15) >> 32;
  return static_cast<int>(mixed % static_cast<uint64_t>(workers)) == worker;
}

std::optional<TailPosition> StoredPositions::Take(const FileId& file, const std::string& path) {
  auto node = stored_.extract(file);
  if (node.empty()) {
    const auto renumbered = std::ranges::find_if(stored_, [&](const auto& one) {
      return one.first.inode == file.inode && one.second.path == path;
    });
    if (renumbered == stored_.end()) return std::nullopt;
    Forget(renumbered->first, {});
    node = stored_.extract(renumbered);
  }
  return std::move(node.mapped());
}

std::vector<std::pair<FileId, TailPosition>> StoredPositions::TakeRest() {
  std::vector<std::pair<FileId, TailPosition>> rest;
  for (auto& [file, position] : stored_) rest.emplace_back(file, std::move(position));
  stored_.clear();
  // By age: the oldest of several rotated files first.
  std::ranges::sort(rest, {}, [](const auto& one) { return one.second.seconds; });
  return rest;
}

void StoredPositions::Keep(const FileId& file) {
  std::erase_if(gone_, [&file](const When& one) { return one.file == file; });
}

std::vector<FileId> StoredPositions::TakeForgotten(MonotonicTime now) {
  std::vector<FileId> files;
  while (!gone_.empty() && gone_.begin()->time <= now) {
    files.push_back(gone_.begin()->file);
    gone_.erase(gone_.begin());
  }
  return files;
}

}  // namespace andon::tail
