#include "inputs/tail/line_events.h"

#include <utility>

#include "core/plugin/error_event.h"

namespace andon::tail {

LineEvents::LineEvents(const TailConfig& config, std::string input_id)
    : input_id_(std::move(input_id)),
      message_key_(config.message_key),
      path_key_(config.path_key),
      error_path_key_(path_key_.empty() ? "path" : path_key_),
      oversize_(config.oversize),
      parser_(config.parse ? config.parse() : nullptr) {}

void LineEvents::Begin(EventTime now) {
  for (size_t i = 0; i < used_; ++i) {
    groups_[i]->good.Clear();
    groups_[i]->bad.Clear();
  }
  used_ = 0;
  group_ = nullptr;
  now_ = now;
  events_ = cut_ = dropped_ = refused_ = 0;
  bytes_ = 0;
}

void LineEvents::Aim(const Tag& tag, std::string_view path) {
  path_ = path;
  if (group_ != nullptr && group_->tag == &tag) return;
  if (used_ == groups_.size()) groups_.push_back(std::make_unique<Group>());
  group_ = groups_[used_++].get();
  group_->tag = &tag;
}

void LineEvents::Line(std::string_view text, bool cut) {
  bytes_ += text.size();
  if (cut && cut_ + dropped_ == 0) long_path_ = path_;
  if (cut && oversize_ == Oversize::kDrop) {
    ++dropped_;
    return;
  }
  if (cut) ++cut_;
  ++events_;
  RecordWriter record(group_->good, now_);
  if (parser_ == nullptr) {
    record.Field(message_key_, text);
  } else if (const char* reason = parser_->Parse(text, record)) {
    return Refuse(reason, text);
  }
  if (!path_key_.empty()) record.Field(path_key_, path_);
  record.Commit();
}

void LineEvents::Refuse(const char* reason, std::string_view text) {
  if (refused_++ == 0) {
    refusal_ = reason;
    refused_path_ = path_;
  }
  AppendErrorEvent(group_->bad, {.time = now_,
                                 .reason = reason,
                                 .plugin_id = input_id_,
                                 .tag = group_->tag->text(),
                                 .record = {},
                                 .text = text,
                                 .where_key = error_path_key_,
                                 .where = path_});
}

std::span<const EventBatch> LineEvents::Batches(TagTable& tags) {
  batches_.clear();
  for (size_t i = 0; i < used_; ++i) {
    const Group& group = *groups_[i];
    if (!group.good.empty()) batches_.push_back(group.good.Batch(*group.tag));
    if (group.bad.empty()) continue;
    batches_.push_back(group.bad.Batch(tags.Intern(ErrorTag(input_id_, group.tag->text()))));
  }
  return batches_;
}

void LineEvents::Shrink() {
  batches_.clear();
  groups_.clear();
  used_ = 0;
  group_ = nullptr;
}

}  // namespace andon::tail
