#include "inputs/tail/position.h"

#include <algorithm>
#include <charconv>

namespace andon::tail {

namespace {

constexpr std::string_view kVersion = "1";

template <class T>
void Put(std::string& out, T number, char after) {
  char text[20];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  out.append(text, static_cast<size_t>(end - text));
  out += after;
}

template <class T>
bool ParseNumber(std::string_view text, T* value) {
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, *value);
  return error == std::errc() && at == end;
}

// Takes the text up to `divider` from the front of `*rest`; false when there is none.
bool Take(std::string_view* rest, char divider, std::string_view* field) {
  const size_t at = rest->find(divider);
  if (at == std::string_view::npos) return false;
  *field = rest->substr(0, at);
  rest->remove_prefix(at + 1);
  return true;
}

template <class T>
bool TakeNumber(std::string_view* rest, T* value) {
  std::string_view field;
  return Take(rest, '\t', &field) && ParseNumber(field, value);
}

bool ParseCheckpoints(std::string_view text, Checkpoints* checkpoints) {
  std::vector<Checkpoint> points;
  while (!text.empty()) {
    std::string_view offset;
    std::string_view hash;
    Checkpoint point;
    const bool good = Take(&text, ':', &offset) && Take(&text, ',', &hash) &&
                      ParseNumber(offset, &point.offset) && ParseNumber(hash, &point.hash);
    if (!good || points.size() >= Checkpoints::kMost ||
        (!points.empty() && point.offset <= points.back().offset)) {
      return false;
    }
    points.push_back(point);
  }
  checkpoints->Restore(std::move(points));
  return true;
}

}  // namespace

void Checkpoints::Add(Checkpoint newest) {
  if (!points_.empty() && newest.offset <= points_.back().offset) return;
  points_.push_back(newest);
  // A point between two that are close together, seen from the end, says little.
  for (size_t i = points_.size() - 2; i >= 1 && i < points_.size(); --i) {
    const uint64_t gap = points_[i + 1].offset - points_[i - 1].offset;
    if (gap <= 15 * (newest.offset - points_[i + 1].offset)) {
      points_.erase(points_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  if (points_.size() > kMost) points_.erase(points_.begin());
}

std::string EncodePosition(const TailPosition& position) {
  std::string out(kVersion);
  out += '\t';
  Put(out, position.offset, '\t');
  Put(out, position.head_bytes, '\t');
  Put(out, position.head_hash, '\t');
  Put(out, position.birth, '\t');
  Put(out, position.boot, '\t');
  Put(out, position.seconds, '\t');
  for (const Checkpoint& point : position.checkpoints.points()) {
    Put(out, point.offset, ':');
    Put(out, point.hash, ',');
  }
  out += '\t';
  out += position.path;
  return out;
}

Result<TailPosition> DecodePosition(std::string_view text) {
  TailPosition position;
  std::string_view version;
  std::string_view points;
  const bool good = Take(&text, '\t', &version) && version == kVersion &&
                    TakeNumber(&text, &position.offset) &&
                    TakeNumber(&text, &position.head_bytes) &&
                    TakeNumber(&text, &position.head_hash) && TakeNumber(&text, &position.birth) &&
                    TakeNumber(&text, &position.boot) && TakeNumber(&text, &position.seconds) &&
                    Take(&text, '\t', &points) && ParseCheckpoints(points, &position.checkpoints);
  if (!good) return Corrupt("position of a tailed file is damaged or of another version");
  position.path = text;
  return position;
}

std::string StartedSource(std::string_view input_id) { return "tail:" + std::string(input_id); }

std::string FileSource(std::string_view input_id, const FileId& file) {
  std::string source = StartedSource(input_id) + ":";
  Put(source, file.device, ':');
  Put(source, file.inode, ':');
  source.pop_back();
  return source;
}

std::optional<FileId> FileOfSource(std::string_view input_id, std::string_view source) {
  const std::string prefix = StartedSource(input_id) + ":";
  if (!source.starts_with(prefix)) return std::nullopt;
  source.remove_prefix(prefix.size());
  FileId file;
  std::string_view device;
  if (!Take(&source, ':', &device) || !ParseNumber(device, &file.device) ||
      !ParseNumber(source, &file.inode)) {
    return std::nullopt;
  }
  return file;
}

}  // namespace andon::tail
