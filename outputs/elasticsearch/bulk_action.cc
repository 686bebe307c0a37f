// The action line of a `_bulk` item: where the event goes, and under which _id.
#include <cstring>

#include "core/codec/json_writer.h"
#include "outputs/elasticsearch/bulk_writer.h"

namespace andon::elasticsearch {
namespace {

constexpr size_t kLongestId = 512;  // https://github.com/elastic/elasticsearch/pull/16036
constexpr std::string_view kActionEnd = "}}\n";
constexpr std::string_view kIdentityEnd = "\"}}\n";

// Between the quotes.
void AppendJsonInside(std::string_view text, ByteBuffer& out) {
  ByteBuffer quoted;
  AppendJsonString(text, quoted);
  out.Append(quoted.bytes().subspan(1, quoted.size() - 2));
}

// The name of a member, behind what an object has already.
void AppendMember(std::string_view name, ByteBuffer& out) {
  if (out.text().back() != '{') out.Append(',');
  out.Append(name);
}

}  // namespace

const char* BulkWriter::RenderIndex(const WalkedEvent& event) {
  EntryView entry;
  entry.time = event.time;
  if (!event.entry.empty()) entry = *EntryIterator(event.entry);
  rendered_.Clear();
  if (const char* why = config_.index.Render(tag_, entry, hostname_, rendered_)) return why;
  if (rendered_.text() == index_.text()) return nullptr;
  std::swap(index_, rendered_);
  prefix_known_ = false;
  return nullptr;
}

const char* BulkWriter::SetIndex(const WalkedEvent& event) {
  const uint32_t bucket = config_.index.bucket_seconds();
  const uint32_t seconds = event.time.seconds;
  if (index_known_ && !config_.index.by_record() &&
      (bucket == 0 || (seconds >= bucket_begin_ && seconds - bucket_begin_ < bucket))) {
    return nullptr;
  }
  if (const char* why = RenderIndex(event)) return why;
  index_known_ = true;
  if (bucket > 0) bucket_begin_ = seconds - seconds % bucket;
  return nullptr;
}

void BulkWriter::SetPrefix(const WalkedEvent& event) {
  ByteBuffer prefix;
  prefix.Append(operation_);
  if (index_.text() != common_index_) {
    AppendMember("\"_index\":", prefix);
    AppendJsonString(index_.text(), prefix);
  }
  if (!config_.type_name.empty()) {
    AppendMember("\"_type\":", prefix);
    AppendJsonString(config_.type_name, prefix);
  }
  if (config_.id != DocumentConfig::Id::kNone) AppendMember("\"_id\":\"", prefix);
  if (config_.id == DocumentConfig::Id::kIdentity) {
    prefix.Append(ToString(event.lane));
    prefix.Append('-');
  }
  prefix_.Set(prefix.text());
  prefix_lane_ = event.lane;
  prefix_known_ = true;
}

const char* BulkWriter::RenderId(const WalkedEvent& event) {
  id_.Clear();
  const EntryView entry = *EntryIterator(event.entry);
  if (!config_.id_text.Render(tag_, entry, hostname_, id_) || id_.empty()) {
    id_.Clear();
    id_.Append(ToString(event.lane) + '-' + std::to_string(event.sequence));
  }
  return id_.size() > kLongestId ? "the event's id is longer than 512 bytes" : nullptr;
}

void BulkWriter::WriteTemplate(const TextTemplate& text, std::string_view member,
                               const WalkedEvent& event, ByteBuffer& body) {
  if (text.text().empty()) return;
  EntryView entry;
  if (!event.entry.empty()) entry = *EntryIterator(event.entry);
  rendered_.Clear();
  if (!text.Render(tag_, entry, hostname_, rendered_) || rendered_.empty()) return;
  AppendMember(member, body);
  AppendJsonString(rendered_.text(), body);
}

const char* BulkWriter::WriteAction(const WalkedEvent& event, ByteBuffer& body) {
  if (const char* why = SetIndex(event)) return why;
  if (common_index_.empty()) {
    common_index_ = index_.text();
    prefix_known_ = false;
  }
  if (!prefix_known_ || !(prefix_lane_ == event.lane)) SetPrefix(event);
  if (config_.id == DocumentConfig::Id::kTemplate) {
    if (const char* why = RenderId(event)) return why;
  }
  char* const begin = reinterpret_cast<char*>(
      body.Tail(prefix_.room() + CountingText::kRoom + kIdentityEnd.size()));
  char* to = prefix_.CopyTo(begin);
  if (config_.id == DocumentConfig::Id::kIdentity) to = number_.Write(event.sequence, to);
  if (identity_only_) {
    std::memcpy(to, kIdentityEnd.data(), kIdentityEnd.size());
    to += kIdentityEnd.size();
  }
  body.Advance(static_cast<size_t>(to - begin));
  if (!identity_only_) WriteRestOfAction(event, body);
  return nullptr;
}

// Behind the number in the _id, or where another one stands.
void BulkWriter::WriteRestOfAction(const WalkedEvent& event, ByteBuffer& body) {
  if (config_.id == DocumentConfig::Id::kTemplate) AppendJsonInside(id_.text(), body);
  if (config_.id != DocumentConfig::Id::kNone) body.Append('"');
  const bool old = !config_.type_name.empty();
  WriteTemplate(config_.routing, old ? "\"_routing\":" : "\"routing\":", event, body);
  if (!config_.pipeline.constant()) {
    WriteTemplate(config_.pipeline, "\"pipeline\":", event, body);
  }
  body.Append(kActionEnd);
}

}  // namespace andon::elasticsearch
