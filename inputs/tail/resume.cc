#include "inputs/tail/resume.h"

#include <algorithm>

#include "inputs/tail/file_hash.h"

namespace andon::tail {

namespace {

bool IsOther(const OpenFile& file, const FileInfo& info, const TailPosition& position) {
  if (info.birth != 0 && position.birth != 0 && info.birth != position.birth) return true;
  // A head that is not all there any more says nothing: the checkpoints do.
  if (info.size < position.head_bytes) return false;
  return file.HashBefore(position.head_bytes, position.head_bytes) != position.head_hash;
}

bool Matches(const OpenFile& file, const FileInfo& info, const Checkpoint& point) {
  return point.offset <= info.size && file.HashBefore(point.offset, kWindowBytes) == point.hash;
}

}  // namespace

ResumePoint FindResume(const OpenFile& file, const FileInfo& info, const TailPosition& position) {
  if (IsOther(file, info, position)) return {};
  const auto& points = position.checkpoints.points();
  // Without any (nothing was emitted, or it begins in the middle) only the size can speak.
  if (points.empty()) {
    if (position.offset > info.size) return {};
    return {ResumePoint::How::kExact, position.offset, 0};
  }
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    if (!Matches(file, info, *point)) continue;
    if (point->offset == position.offset) return {ResumePoint::How::kExact, position.offset, 0};
    // The first line of a log is often the same: alone it does not tell a file that begins anew.
    if (point->offset < kWindowBytes) return {};
    return {ResumePoint::How::kOverlap, point->offset, position.offset - point->offset};
  }
  return {};
}

}  // namespace andon::tail
