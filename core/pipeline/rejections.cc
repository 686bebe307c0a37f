#include "core/pipeline/rejections.h"

#include <algorithm>
#include <string>

#include "core/event/batch_builder.h"
#include "core/plugin/error_event.h"

namespace andon {

namespace {

// The error events of one tag. They are events of their own, with new identities: the original may
// have reached other outputs under its own.
struct TagErrors {
  std::string tag;
  BatchBuilder builder;
};

bool In(const std::vector<Range>& ranges, Sequence sequence) {
  return std::ranges::any_of(
      ranges, [=](const Range& r) { return r.first <= sequence && sequence <= r.last; });
}

class ErrorCollector {
 public:
  ErrorCollector(const RejectedEvents& rejected, const std::vector<Range>& fresh)
      : rejected_(rejected), fresh_(fresh) {}

  std::vector<std::unique_ptr<TagErrors>> Collect() {
    auto next = rejected_.rejections.begin();
    for (const Piece& piece : rejected_.chunk.pieces()) {
      Sequence sequence = piece.first;
      for (EntryIterator it(piece.entries); !it.done(); it.Next(), ++sequence) {
        while (next != rejected_.rejections.end() && next->event < sequence) ++next;
        if (next == rejected_.rejections.end()) return std::move(errors_);
        if (next->event == sequence && In(fresh_, sequence)) Add(piece, *it, *next);
      }
    }
    return std::move(errors_);
  }

 private:
  void Add(const Piece& piece, const EntryView& entry, const Rejection& rejection) {
    TagErrors& errors = ErrorsOf(piece.tag->text());
    AppendErrorEvent(errors.builder, {.time = entry.time,
                                      .reason = rejection.reason,
                                      .plugin_id = rejected_.output_id,
                                      .tag = piece.tag->text(),
                                      .record = entry.record.map().bytes(),
                                      .text = {}});
  }

  TagErrors& ErrorsOf(std::string_view tag) {
    const std::string error_tag = ErrorTag(rejected_.output_id, tag);
    for (const auto& errors : errors_) {
      if (errors->tag == error_tag) return *errors;
    }
    errors_.push_back(std::make_unique<TagErrors>());
    errors_.back()->tag = error_tag;
    return *errors_.back();
  }

  const RejectedEvents& rejected_;
  const std::vector<Range>& fresh_;
  std::vector<std::unique_ptr<TagErrors>> errors_;
};

}  // namespace

void Rejections::Emit(std::unique_ptr<RejectedEvents> rejected) {
  const std::string source =
      std::string(kRejectedSources) + rejected->output_id + ":" + ToString(rejected->chunk.lane());
  std::vector<Range> wanted;
  wanted.reserve(rejected->rejections.size());
  for (const Rejection& one : rejected->rejections) wanted.push_back({one.event, one.event});
  const std::vector<Range> fresh = positions_.Claim(source, wanted);
  const uint64_t token = next_token_++;
  const RejectedEvents& kept = *(waiting_[token] = std::move(rejected));
  if (fresh.empty()) {
    target_.AckWhenDurable(Ack(this, token));
  } else {
    EmitNew(kept, fresh, source, Ack(this, token));
  }
}

void Rejections::EmitNew(const RejectedEvents& rejected, const std::vector<Range>& fresh,
                         std::string_view source, Ack ack) {
  RunSet accepted;
  for (const Range& range : fresh) accepted.Add(range);
  accepted.RaiseTo(rejected.chunk.settled());
  ByteBuffer encoded;
  accepted.EncodeTo(encoded);
  const Position position{source, encoded.bytes(), Position::Kind::kRuns};
  const auto errors = ErrorCollector(rejected, fresh).Collect();
  std::vector<EventBatch> batches;
  batches.reserve(errors.size());
  for (const auto& of_tag : errors) {
    batches.push_back(of_tag->builder.Batch(target_.tags().Intern(of_tag->tag)));
  }
  target_.Emit(batches, {&position, 1}, std::move(ack));
}

void Rejections::OnAck(uint64_t token, Outcome outcome) {
  auto node = waiting_.extract(token);
  if (!node.empty() && outcome == Outcome::kDurable) node.mapped()->durable();
}

}  // namespace andon
