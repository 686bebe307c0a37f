// Which partition of a topic takes the next message that has no key: a batch each, by turns.
//
// An idempotent librdkafka has one request of a partition under way. While a second one is ready,
// its thread keeps a processor busy until the first is answered: no partition is given two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace andon::kafka_output {

// Thread: output.
class Spread {
 public:
  static constexpr int32_t kNone = -1;

  // Messages that are handed over at once. What goes to one partition becomes one batch.
  struct Round {
    uint64_t number = 0;
    size_t batch_bytes = 0;
    size_t open = 1;  // So many partitions get something at once: they join a transaction together.
  };

  // More may come. Fewer: the topic was made anew.
  void SetPartitions(size_t count);
  // For a message of so many bytes. kNone: each has its batch, a report must come first.
  int32_t Choose(const Round& round, size_t bytes);
  // librdkafka has taken the message, or has reported it.
  void Taken(int32_t partition, size_t bytes);
  void Reported(int32_t partition);

 private:
  struct Load {
    size_t unreported = 0;
    uint64_t round = 0;  // When the batch was begun that is being filled, or is under way.
    size_t bytes = 0;    // Of it.
  };
  bool Fits(const Load& load, size_t bytes, size_t batch_bytes) const;
  int32_t Open();
  int32_t Next(size_t bytes, size_t batch_bytes);

  std::vector<Load> loads_;
  uint64_t round_ = 0;
  size_t to_open_ = 0;
  size_t current_ = 0;
};

}  // namespace andon::kafka_output
