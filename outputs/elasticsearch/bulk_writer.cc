#include "outputs/elasticsearch/bulk_writer.h"

#include "core/codec/json_writer.h"
#include "core/event/append_sequence.h"

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
    : fields_(config),
      config_(config),
      hostname_(hostname),
      operation_(OperationText(config)),
      per_event_(config.index.by_record() || config.id == DocumentConfig::Id::kTemplate ||
                 !config.routing.constant() || !config.pipeline.constant()),
      identity_only_(config.id == DocumentConfig::Id::kIdentity && config.routing.text().empty() &&
                     config.pipeline.constant()) {
  const bool update = config.operation == Operation::kUpdate;
  std::string begin = update ? R"({"doc":{)" : "{";
  if (!config.time_key.empty()) begin += JsonMember(config.time_key) + '"';
  document_.Set(begin);
  document_end_.Set(update ? "},\"doc_as_upsert\":true}\n" : "}\n");
}

void BulkWriter::SetTag(std::string_view tag) {
  if (tag_known_ && tag == tag_) return;
  tag_ = tag;
  tag_known_ = true;
  index_known_ = false;
  std::string member;
  if (!config_.time_key.empty()) member = "\"";
  if (!config_.tag_key.empty()) {
    ByteBuffer text;
    AppendJsonString(tag, text);
    if (!config_.time_key.empty()) member += ',';
    member += JsonMember(config_.tag_key) + std::string(text.text());
  }
  tag_member_.Set(member);
  const Renames* renames = &config_.otherwise;
  for (const RenameRule& rule : config_.rename) {
    if (!rule.match.Matches(tag)) continue;
    renames = &rule.renames;
    break;
  }
  fields_.SetRenames(*renames);
}

void BulkWriter::WriteDocument(const WalkedEvent& event, ByteBuffer& body) {
  char* const begin =
      reinterpret_cast<char*>(body.Tail(document_.room() + TimeStamp::kBytes + tag_member_.room()));
  char* to = document_.CopyTo(begin);
  if (!config_.time_key.empty()) to = time_stamp_.Write(event.time, to);
  to = tag_member_.CopyTo(to);
  body.Advance(static_cast<size_t>(to - begin));
  const bool first = config_.time_key.empty() && config_.tag_key.empty();
  record_end_ = fields_.Append(event.record, event.readable_end, first, body);
  char* const end = reinterpret_cast<char*>(body.Tail(document_end_.room()));
  body.Advance(static_cast<size_t>(document_end_.CopyTo(end) - end));
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
    if (pieces.begins_piece()) SetTag(pieces.piece().tag->text());
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
