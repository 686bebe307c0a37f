#include "core/pipeline/filter_chain.h"

#include "core/plugin/error_event.h"

namespace andon {

namespace {

constexpr size_t kRewritersKept = 64;

}  // namespace

FilterChain::FilterChain(std::vector<Stage> stages, TagTable& tags)
    : stages_(std::move(stages)), tags_(tags) {}

bool FilterChain::StageWants(const Stage& stage, std::string_view tag) const {
  if (IsErrorTag(tag) && stage.match.text().find("andon.") == std::string::npos) return false;
  return stage.match.Matches(tag);
}

bool FilterChain::Wants(const Tag& tag) const {
  // 1: nobody, 2: somebody. The router resets it with its epoch, which changes with the chain.
  uint32_t& known = tag.cache().filters;
  if (known == 0) {
    known = 1;
    for (const Stage& stage : stages_) {
      if (StageWants(stage, tag.text())) known = 2;
    }
  }
  return known == 2;
}

void FilterChain::Process(const EventBatch& in, std::vector<EventBatch>* out) {
  if (Wants(in.tag)) {
    ProcessFrom(0, in, out);
  } else {
    out->push_back(in);
  }
}

void FilterChain::ProcessFrom(size_t first, const EventBatch& in, std::vector<EventBatch>* out) {
  for (size_t i = first; i < stages_.size(); ++i) {
    Stage& stage = stages_[i];
    if (!StageWants(stage, in.tag.text())) continue;
    BatchRewriter& rewriter = NextRewriter();
    rewriter.Begin(in);
    stage.filter->Apply(in, tags_, rewriter);
    const BatchRewriter::Outcome& outcome = rewriter.Finish();
    stage.ledger->Received(in.count);
    stage.ledger->Passed(outcome.kept);
    if (outcome.dropped > 0) stage.ledger->Dropped("filtered", outcome.dropped);
    if (!outcome.failures.empty()) TakeFailures(stage, in, outcome, out);
    for (const EventBatch& batch : outcome.batches) ProcessFrom(i + 1, batch, out);
    return;
  }
  if (in.count > 0) out->push_back(in);
}

void FilterChain::TakeFailures(const Stage& stage, const EventBatch& in,
                               const BatchRewriter::Outcome& outcome,
                               std::vector<EventBatch>* out) {
  auto errors = std::make_unique<BatchBuilder>();
  for (const BatchRewriter::Failure& failure : outcome.failures) {
    const EntryIterator entry(failure.entry);
    AppendErrorEvent(*errors, {.time = failure.time,
                               .reason = failure.reason,
                               .plugin_id = stage.id,
                               .tag = in.tag.text(),
                               .record = entry->record.map().bytes(),
                               .text = {}});
  }
  stage.ledger->Rejected(outcome.failures.size());
  out->push_back(errors->Batch(tags_.Intern(ErrorTag(stage.id, in.tag.text()))));
  errors_.push_back(std::move(errors));
}

BatchRewriter& FilterChain::NextRewriter() {
  if (rewriters_used_ == rewriters_.size()) rewriters_.push_back(std::make_unique<BatchRewriter>());
  return *rewriters_[rewriters_used_++];
}

void FilterChain::Clear() {
  rewriters_used_ = 0;
  if (rewriters_.size() > kRewritersKept) rewriters_.resize(kRewritersKept);
  errors_.clear();
}

}  // namespace andon
