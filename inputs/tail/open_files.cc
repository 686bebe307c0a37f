#include "inputs/tail/open_files.h"

#include <sys/resource.h>

#include <algorithm>

namespace andon::tail {

namespace {

size_t HalfOfTheProcess() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return std::max<size_t>(limit.rlim_cur / 2, 1);
}

}  // namespace

OpenFiles::OpenFiles(size_t limit) : limit_(std::min(limit, HalfOfTheProcess())) {}

bool OpenFiles::Open(TailedFile& file) {
  if (file.is_open()) return true;
  MakeRoom();
  if (!file.Open()) return false;
  places_[&file] = order_.insert(order_.end(), &file);
  return true;
}

void OpenFiles::MakeRoom() {
  if (places_.size() < limit_) return;
  const auto oldest =
      std::ranges::find_if(order_, [](const TailedFile* file) { return !file->leaving; });
  if (oldest != order_.end()) Close(**oldest);
}

void OpenFiles::Close(TailedFile& file) {
  const auto place = places_.find(&file);
  if (place == places_.end()) return;
  order_.erase(place->second);
  places_.erase(place);
  file.Close();
}

void OpenFiles::Used(TailedFile& file) {
  const auto place = places_.find(&file);
  if (place != places_.end()) order_.splice(order_.end(), order_, place->second);
}

MonotonicTime OpenFiles::CloseIdle(MonotonicTime since) {
  for (auto it = order_.begin(); it != order_.end();) {
    TailedFile& file = **it;
    ++it;
    if (file.leaving || !file.at_end || file.queued) continue;
    if (file.last_read > since) return file.last_read;
    Close(file);
  }
  return MonotonicTime::max();
}

}  // namespace andon::tail
