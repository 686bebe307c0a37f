#include "inputs/forward/turn.h"

#include <algorithm>
#include <utility>

namespace andon::forward {
namespace {

constexpr size_t kKeptBytes = size_t{1} << 20;  // A larger builder gives its memory back.
constexpr size_t kKeptBuilders = 16;
constexpr size_t kLookBack = 16;  // Items that are searched for a batch of the same tag.

}  // namespace

const Tag& Turn::Intern(std::string_view text) {
  ++interned_;
  last_tag_ = &emitter_->tags().Intern(text);
  return *last_tag_;
}

void Turn::AddBorrowed(const Tag& tag, Bytes entries, uint32_t count, const TimeRange& times,
                       std::span<const Run> origin) {
  items_.push_back({&tag, entries, count, times, nullptr, origins_.size(), origin.size()});
  origins_.insert(origins_.end(), origin.begin(), origin.end());
}

Turn::Item& Turn::MadeFor(const Tag& tag, bool with_origin) {
  const size_t stop = items_.size() > kLookBack ? items_.size() - kLookBack : 0;
  for (size_t i = items_.size(); i > stop; --i) {
    Item& item = items_[i - 1];
    if (item.tag != &tag) continue;
    // Origins of one batch lie side by side: only the last item can be given more.
    const bool last = i == items_.size();
    if (item.made != nullptr && (item.origin_count > 0) == with_origin && (last || !with_origin)) {
      return item;
    }
    break;
  }
  if (made_used_ == made_.size()) made_.push_back(std::make_unique<Made>());
  Made* made = made_[made_used_++].get();
  items_.push_back({&tag, {}, 0, {}, made, origins_.size(), 0});
  return items_.back();
}

void Turn::AddCopy(const Tag& tag, EventTime time, Bytes entry, std::span<const Run> origin) {
  Item& item = MadeFor(tag, !origin.empty());
  item.made->batch.Append(time, entry);
  item.origin_count += origin.size();
  origins_.insert(origins_.end(), origin.begin(), origin.end());
}

void Turn::AddError(const Tag& tag, const ErrorEvent& error) {
  AppendErrorEvent(MadeFor(tag, false).made->batch, error);
}

void Turn::AddPosition(std::string source, std::string value, Position::Kind kind) {
  positions_.push_back({std::move(source), std::move(value), kind});
}

void Turn::Finish(Replier& replier) {
  if (!items_.empty() || !positions_.empty()) {
    Emit(replies_.empty() ? Ack() : replier.AckFor(std::exchange(replies_, {})));
  } else {
    late_replies_.Append(replies_.bytes());
    replies_.Clear();
  }
  if (!late_replies_.empty()) {
    emitter_->AckWhenDurable(replier.AckFor(std::exchange(late_replies_, {})));
  }
  Clear();
}

void Turn::Emit(Ack ack) {
  batches_.clear();
  covers_.clear();
  const std::span<const Run> origins(origins_);
  for (const Item& item : items_) {
    EventBatch batch = item.made != nullptr
                           ? item.made->batch.Batch(*item.tag)
                           : EventBatch{*item.tag, item.entries, item.count, item.times, {}};
    batch.origin = origins.subspan(item.origin_begin, item.origin_count);
    batches_.push_back(batch);
  }
  for (const OwnedPosition& position : positions_) {
    covers_.push_back({position.source, AsBytes(position.value), position.kind});
  }
  emitter_->Emit(batches_, covers_, std::move(ack));
}

void Turn::Clear() {
  items_.clear();
  positions_.clear();
  origins_.clear();
  last_tag_ = nullptr;
  interned_ = 0;
  for (size_t i = 0; i < made_used_; ++i) {
    const bool large = made_[i]->batch.bytes() > kKeptBytes;
    large ? made_[i]->batch.Release() : made_[i]->batch.Clear();
  }
  made_used_ = 0;
  if (made_.size() > kKeptBuilders) made_.resize(kKeptBuilders);
}

}  // namespace andon::forward
