#include "outputs/kafka/spread.h"

namespace andon::kafka_output {

void Spread::SetPartitions(size_t count) {
  if (count < loads_.size()) *this = {};
  loads_.resize(count);
}

bool Spread::Fits(const Load& load, size_t bytes, size_t batch_bytes) const {
  return load.round == round_ && (load.bytes == 0 || load.bytes + bytes <= batch_bytes);
}

int32_t Spread::Choose(const Round& round, size_t bytes) {
  if (loads_.empty()) return kNone;
  if (round.number != round_) {
    round_ = round.number;
    to_open_ = round.open;
  }
  if (to_open_ > 0) {
    --to_open_;
    const int32_t opened = Open();
    if (opened != kNone) return opened;
    to_open_ = 0;
  }
  if (Fits(loads_[current_], bytes, round.batch_bytes)) return static_cast<int32_t>(current_);
  return Next(bytes, round.batch_bytes);
}

// The next one that has nothing.
int32_t Spread::Open() {
  for (size_t step = 1; step <= loads_.size(); ++step) {
    const size_t partition = (current_ + step) % loads_.size();
    Load& load = loads_[partition];
    if (load.unreported > 0 || load.round == round_) continue;
    load = {.unreported = 0, .round = round_, .bytes = 0};
    current_ = partition;
    return static_cast<int32_t>(partition);
  }
  return kNone;
}

int32_t Spread::Next(size_t bytes, size_t batch_bytes) {
  for (size_t partition = 0; partition < loads_.size(); ++partition) {
    if (!Fits(loads_[partition], bytes, batch_bytes)) continue;
    current_ = partition;
    return static_cast<int32_t>(partition);
  }
  for (Load& load : loads_) {
    if (load.unreported == 0) load.round = 0;  // Its batch of this round is through already.
  }
  return Open();
}

void Spread::Taken(int32_t partition, size_t bytes) {
  Load& load = loads_[static_cast<size_t>(partition)];
  ++load.unreported;
  load.bytes += bytes;
}

void Spread::Reported(int32_t partition) {
  if (static_cast<size_t>(partition) >= loads_.size()) return;
  Load& load = loads_[static_cast<size_t>(partition)];
  if (load.unreported > 0) --load.unreported;
}

}  // namespace andon::kafka_output
