// One Write: what became of its events so far, and who waits for the answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/plugin/output.h"
#include "outputs/elasticsearch/bulk_answer.h"
#include "outputs/elasticsearch/bulk_writer.h"
#include "outputs/elasticsearch/document_config.h"
#include "outputs/elasticsearch/verdict.h"

namespace andon::elasticsearch {

// How many items of an answer, or of several, met which end.
struct ItemCounts {
  uint64_t done = 0;
  uint64_t exists = 0;
  uint64_t again = 0;
  uint64_t rejected = 0;
  bool overload = false;
};

class WriteJob {
 public:
  explicit WriteJob(WriteDone done) : done_(std::move(done)) {}

  // Parts that are not answered yet.
  size_t open = 1;

  void Reject(std::vector<Rejection> rejections);
  void Delivered(uint64_t events) { delivered_ += events; }
  // These come back later; `why` is told when nothing else is.
  void Again(const std::vector<Range>& ranges, const std::string& why);
  // Item by item. kCorrupt, and nothing is noted, when the answer has another number of items.
  Result<ItemCounts> Read(const BulkPart& part, const BulkAnswer& answer, Operation operation);
  const std::string& trouble() const { return trouble_; }

  // `others_may_go`: where an index cannot take its events, events of other indices need not wait.
  void Answer(bool others_may_go);

 private:
  void Take(Sequence event, Verdict verdict, ItemCounts& counts);
  void Note(Sequence event, Verdict verdict, int status, const AnswerError& error);

  WriteDone done_;
  uint64_t delivered_ = 0;
  std::vector<Range> again_;
  bool only_items_ = true;  // All of these: the server took the request, and is not busy.
  std::vector<Rejection> rejected_;
  std::string trouble_;  // The first.
};

}  // namespace andon::elasticsearch
