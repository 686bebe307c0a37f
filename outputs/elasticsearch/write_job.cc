#include "outputs/elasticsearch/write_job.h"

#include <utility>

#include "core/event/append_sequence.h"
#include "outputs/elasticsearch/verdict.h"

namespace andon::elasticsearch {

void WriteJob::Reject(std::vector<Rejection> rejections) {
  for (Rejection& one : rejections) rejected_.push_back(std::move(one));
}

void WriteJob::Again(const std::vector<Range>& ranges, const std::string& why) {
  only_items_ = false;
  again_.insert(again_.end(), ranges.begin(), ranges.end());
  if (trouble_.empty()) trouble_ = why;
}

Result<ItemCounts> WriteJob::Read(const BulkPart& part, const BulkAnswer& answer,
                                  Operation operation) {
  if (answer.statuses.size() != part.events) {
    return Corrupt("the answer has " + std::to_string(answer.statuses.size()) + " items for " +
                   std::to_string(part.events) + " events");
  }
  ItemCounts counts;
  size_t item = 0;
  auto failure = answer.failures.begin();
  static const AnswerError kNoError;
  for (const Range& range : part.items) {
    for (Sequence event = range.first; event <= range.last; ++event, ++item) {
      const int status = answer.statuses[item];
      const bool failed = failure != answer.failures.end() && failure->item == item;
      const AnswerError& error = failed ? (failure++)->error : kNoError;
      if (status == 201 || status == 200) {
        ++counts.done;
        continue;
      }
      const Verdict verdict = ItemVerdict(status, error, operation);
      Take(event, verdict, counts);
      Note(event, verdict, status, error);
    }
  }
  delivered_ += counts.done + counts.exists;
  return counts;
}

void WriteJob::Note(Sequence event, Verdict verdict, int status, const AnswerError& error) {
  const bool again = verdict == Verdict::kAgain || verdict == Verdict::kOverload;
  if (again && trouble_.empty()) trouble_ = Explain(status, error);
  if (verdict == Verdict::kRejected) rejected_.push_back({event, Explain(status, error)});
}

void WriteJob::Take(Sequence event, Verdict verdict, ItemCounts& counts) {
  switch (verdict) {
    case Verdict::kDone:
      ++counts.done;
      break;
    case Verdict::kExists:
      ++counts.exists;
      break;
    case Verdict::kOverload:
      counts.overload = true;
      only_items_ = false;
      [[fallthrough]];
    case Verdict::kAgain:
      ++counts.again;
      AppendSequence(event, again_);
      break;
    case Verdict::kRejected:
      ++counts.rejected;
      break;
  }
}

void WriteJob::Answer(bool others_may_go) {
  WriteResult result;
  // Ok when anything was taken: only what is named comes back, or is refused. Ok too when others
  // may be: the output would be closed to them for a while, and again and again.
  const bool nothing = delivered_ == 0 && rejected_.empty() && !again_.empty();
  if (nothing && !(others_may_go && only_items_)) result.status = Unavailable(trouble_);
  result.again = std::move(again_);
  result.rejected = std::move(rejected_);
  std::exchange(done_, nullptr)(std::move(result));
}

}  // namespace andon::elasticsearch
