#include "outputs/elasticsearch/bulk_writer.h"

#include "core/codec/json_writer.h"
#include "core/event/append_sequence.h"
#include "core/event/msgpack_format.h"

namespace andon::elasticsearch {
namespace {

std::string OperationText(const DocumentConfig& config) {
  switch (config.operation) {
    case Operation::kIndex:
      return R"({"index":{)";
    case Operation::kUpdate:
      return R"({"update":{)";
    case Operation::kCreate:
      break;
  }
  return R"({"create":{)";
}

std::string JsonMember(std::string_view key) {
  ByteBuffer text;
  AppendJsonString(key, text);
  text.Append(':');
  return std::string(text.text());
}

}  // namespace

BulkWriter::BulkWriter(const DocumentConfig& config, const std::string& hostname)
    : config_(config),
      hostname_(hostname),
      per_event_(config.index.by_record() || config.id == DocumentConfig::Id::kTemplate ||
                 !config.routing.constant() || !config.pipeline.constant()),
      operation_(OperationText(config)) {
  document_ = config.operation == Operation::kUpdate ? R"({"doc":{)" : "{";
  if (!config.time_key.empty()) document_ += JsonMember(config.time_key) + '"';
}

void BulkWriter::SetTag(std::string_view tag) {
  if (renames_ != nullptr && tag == tag_) return;
  tag_ = tag;
  index_known_ = false;
  tag_member_.clear();
  if (!config_.tag_key.empty()) {
    ByteBuffer text;
    AppendJsonString(tag, text);
    if (!config_.time_key.empty()) tag_member_ = ",";
    tag_member_ += JsonMember(config_.tag_key) + std::string(text.text());
  }
  const Renames* renames = &config_.otherwise;
  for (const RenameRule& rule : config_.rename) {
    if (!rule.match.Matches(tag)) continue;
    renames = &rule.renames;
    break;
  }
  if (renames != renames_) members_.Clear();
  renames_ = renames;
}

const std::byte* BulkWriter::WriteField(const std::byte* at, uint32_t number, bool& first,
                                        ByteBuffer& body) {
  const uint8_t head = msgpack::FirstByte(at);
  if (!msgpack::IsFixString(head)) return WriteNewField(at, number, first, body);
  const std::string_view key = AsText({at + 1, size_t{head} & 31});
  const std::byte* const value = at + 1 + key.size();
  const MemberCache::Slot& slot = members_.At(number, key.size());
  if (!MemberCache::Holds(slot, key) || (slot.if_no_map && msgpack::IsMap(value))) {
    return WriteNewField(at, number, first, body);
  }
  if (slot.member_size == 0) return value + ValueSize(value);
  MemberCache::Append(slot, first, body);
  first = false;
  return AppendJsonValue(value, body);
}

// Any key, and what is kept of it for the next record.
const std::byte* BulkWriter::WriteNewField(const std::byte* at, uint32_t number, bool& first,
                                           ByteBuffer& body) {
  const ValueView key_value(Bytes(at, ValueSize(at)));
  const std::byte* const value = at + key_value.bytes().size();
  const auto text = key_value.AsText();
  const std::string_view key = text.value_or(std::string_view());
  const bool short_key = msgpack::IsFixString(msgpack::FirstByte(at));
  if (text.has_value() && Replaced(key)) {
    if (short_key) MemberCache::Keep(members_.At(number, key.size()), key, "", false);
    return value + ValueSize(value);
  }
  if (!first) body.Append(',');
  first = false;
  const std::string_view renamed = renames_->Find(key, msgpack::IsMap(value));
  if (!renamed.empty()) {
    const bool if_no_map = renames_->Find(key, true).empty();
    if (short_key) MemberCache::Keep(members_.At(number, key.size()), key, renamed, if_no_map);
    body.Append(renamed);
    return AppendJsonValue(value, body);
  }
  const size_t begin = body.size();
  const std::byte* const end = AppendJsonField(at, body);
  if (short_key && renames_->Find(key, false).empty()) {
    ByteBuffer member;
    AppendJsonString(key, member);
    member.Append(':');
    if (body.text().substr(begin).starts_with(member.text())) {
      MemberCache::Keep(members_.At(number, key.size()), key, member.text(), false);
    }
  }
  return end;
}

void BulkWriter::WriteDocument(const WalkedEvent& event, ByteBuffer& body) {
  body.Append(document_);
  bool first = true;
  if (!config_.time_key.empty()) {
    char* const at = reinterpret_cast<char*>(body.Extend(TimeStamp::kBytes + 1));
    time_stamp_.Write(event.time, at);
    at[TimeStamp::kBytes] = '"';
    first = false;
  }
  body.Append(tag_member_);
  first = first && tag_member_.empty();
  const uint32_t pairs = msgpack::CountAt(event.record);
  const std::byte* at = msgpack::ElementsAt(event.record);
  for (uint32_t i = 0; i < pairs; ++i) at = WriteField(at, i, first, body);
  const bool update = config_.operation == Operation::kUpdate;
  body.Append(update ? std::string_view("},\"doc_as_upsert\":true}\n") : std::string_view("}\n"));
  record_end_ = at;
}

const char* BulkWriter::WriteEvent(const WalkedEvent& event, ByteBuffer& body) {
  const size_t begin = body.size();
  record_end_ = nullptr;
  if (const char* why = WriteAction(event, body)) {
    body.Truncate(begin);
    return why;
  }
  WriteDocument(event, body);
  return nullptr;
}

BulkPart BulkWriter::Write(const Chunk& chunk, size_t limit_bytes, ByteBuffer& body) {
  BulkPart part;
  common_index_.clear();
  for (EventWalk pieces(chunk, per_event_); !pieces.done(); pieces.Next(record_end_)) {
    if (body.size() >= limit_bytes && part.events > 0) {
      part.left = pieces.Left();
      break;
    }
    SetTag(pieces.piece().tag->text());
    const size_t begin = body.size();
    if (const char* why = WriteEvent(pieces.Read(), body)) {
      part.rejected.push_back({pieces.number(), why});
      continue;
    }
    if (body.size() > limit_bytes && part.events > 0) {
      body.Truncate(begin);
      part.left = pieces.Left();
      break;
    }
    AppendSequence(pieces.number(), part.items);
    ++part.events;
  }
  part.index = common_index_;
  return part;
}

std::vector<BulkWriter::Target> BulkWriter::Targets(const Chunk& chunk) {
  std::vector<Target> targets;
  for (EventWalk pieces(chunk, per_event_); !pieces.done(); pieces.Next(nullptr)) {
    SetTag(pieces.piece().tag->text());
    const WalkedEvent event = pieces.Read();
    if (SetIndex(event) != nullptr) continue;
    std::string id = ToString(event.lane) + '-' + std::to_string(event.sequence);
    if (config_.id == DocumentConfig::Id::kTemplate) {
      if (RenderId(event) != nullptr) continue;
      id = id_.text();
    }
    if (targets.empty() || targets.back().index != index_.text()) {
      targets.push_back({std::string(index_.text()), {}});
    }
    targets.back().ids.emplace_back(pieces.number(), std::move(id));
  }
  return targets;
}

}  // namespace andon::elasticsearch
