// The filters in the order of the file, over the batches of one Emit.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/event/batch_builder.h"
#include "core/event/batch_rewriter.h"
#include "core/event/tag_pattern.h"
#include "core/plugin/filter.h"
#include "core/plugin/part_ledger.h"

namespace andon {

// One worker's. Thread: worker.
class FilterChain {
 public:
  struct Stage {
    std::string id;
    TagPattern match;
    std::unique_ptr<Filter> filter;
    std::shared_ptr<PartLedger> ledger;
  };
  FilterChain(std::vector<Stage> stages, TagTable& tags);

  // Appends what is left of `in` to `out`, error events included. What it appends borrows from `in`
  // and from this chain, until Clear. Error events themselves (andon.error.**) pass by every filter
  // whose pattern does not name them.
  void Process(const EventBatch& in, std::vector<EventBatch>* out);
  // Forgets what Process made; keeps the memory, up to a bound.
  void Clear();

  // Stages that want the tag: none means that Process copies nothing.
  bool Wants(const Tag& tag) const;

 private:
  void ProcessFrom(size_t stage, const EventBatch& in, std::vector<EventBatch>* out);
  bool StageWants(const Stage& stage, std::string_view tag) const;
  void TakeFailures(const Stage& stage, const EventBatch& in, const BatchRewriter::Outcome& outcome,
                    std::vector<EventBatch>* out);
  BatchRewriter& NextRewriter();

  std::vector<Stage> stages_;
  TagTable& tags_;
  std::vector<std::unique_ptr<BatchRewriter>> rewriters_;  // One per Apply of this Emit; reused.
  size_t rewriters_used_ = 0;
  std::vector<std::unique_ptr<BatchBuilder>> errors_;
};

}  // namespace andon
