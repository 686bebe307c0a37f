// One chunk on its way to Kafka, and what became of its events so far.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/event/append_sequence.h"
#include "core/plugin/output.h"
#include "outputs/kafka/message_batch.h"

namespace andon::kafka_output {

struct Delivery {
  Delivery(Chunk of, WriteDone answer) : chunk(std::move(of)), done(std::move(answer)) {}

  Chunk chunk;
  WriteDone done;
  std::shared_ptr<MessageBatch> batch;  // Null: not written yet, or all of it is reported.
  uint64_t messages = 0;                // In the batch.
  size_t produced = 0;                  // Of its messages: taken by librdkafka or given up.
  size_t unreported = 0;                // Taken, and no report yet.
  uint64_t failed = 0;
  uint64_t without_topic = 0;  // Of those: for want of a topic, or of the right to write it.
  uint64_t found = 0;          // Rejected by a broker, and known to be the ones.
  std::vector<Rejection> rejected;
  std::vector<Range> again;
  std::string trouble;  // Why some come again: the first reason.

  bool all_produced() const { return batch != nullptr && produced == batch->messages.size(); }
  // One more message has its report.
  void Reported() {
    if (--unreported == 0 && all_produced()) batch = nullptr;
  }
  void Again(Sequence event, std::string_view reason) {
    if (trouble.empty()) trouble = reason;
    ++failed;
    AppendSequence(event, again);
  }
  void Reject(Sequence event, std::string reason) {
    rejected.push_back({event, std::move(reason)});
  }
  // Everything that was not rejected, from the beginning.
  void Restart() {
    batch = nullptr;
    produced = unreported = 0;
    failed = without_topic = found = 0;
    again.clear();
    trouble.clear();
  }
};

}  // namespace andon::kafka_output
