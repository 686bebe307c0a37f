// A `_bulk` body, NDJSON, straight from msgpack entries: an action line and a document an event
// (https://www.elastic.co/guide/en/elasticsearch/reference/8.19/docs-bulk.html).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/event/chunk.h"
#include "core/plugin/output.h"
#include "outputs/elasticsearch/document_config.h"
#include "outputs/elasticsearch/event_walk.h"
#include "outputs/elasticsearch/field_writer.h"
#include "outputs/elasticsearch/repeated_text.h"
#include "outputs/elasticsearch/time_stamp.h"

namespace andon::elasticsearch {

// One body: which events are in it, in the order of its items.
struct BulkPart {
  std::string index;  // Of the items that name none: it belongs into the path, `/INDEX/_bulk`.
  std::vector<Range> items;
  uint64_t events = 0;
  std::vector<Rejection> rejected;  // Cannot be written.
  std::vector<Range> left;          // Found no room.
};

// Thread: output.
class BulkWriter {
 public:
  // Both outlive the writer.
  BulkWriter(const DocumentConfig& config, const std::string& hostname);

  // Appends events of `chunk` to `body` until it has `limit_bytes`, one event at least.
  BulkPart Write(const Chunk& chunk, size_t limit_bytes, ByteBuffer& body);

  // The _id's of the events in `chunk`, by the name of the index that they go to, both as they
  // stand in JSON strings: what verify_doubtful looks up. Only of those that Write would write.
  struct Target {
    std::string index;
    std::vector<std::pair<Sequence, std::string>> ids;
  };
  std::vector<Target> Targets(const Chunk& chunk);

 private:
  void SetTag(std::string_view tag);
  // Null, or why the event has no index.
  const char* SetIndex(const WalkedEvent& event);
  const char* RenderIndex(const WalkedEvent& event);
  void SetPrefix(const WalkedEvent& event);
  const char* WriteEvent(const WalkedEvent& event, ByteBuffer& body);
  const char* WriteAction(const WalkedEvent& event, ByteBuffer& body);
  void WriteTemplate(const TextTemplate& text, std::string_view member, const WalkedEvent& event,
                     ByteBuffer& body);
  // Into id_: what stands between the quotes.
  const char* RenderId(const WalkedEvent& event);
  void WriteRestOfAction(const WalkedEvent& event, ByteBuffer& body);
  void WriteDocument(const WalkedEvent& event, ByteBuffer& body);

  FieldWriter fields_;  // First, since what it holds is aligned to more than all others.
  const DocumentConfig& config_;
  const std::string& hostname_;
  const std::string operation_;  // {"create":{
  RepeatedText document_;        // {"@timestamp":"
  RepeatedText document_end_;
  TimeStamp time_stamp_;
  const bool per_event_;      // Templates look into the record.
  const bool identity_only_;  // The action line ends with the number in the _id.

  std::string tag_;          // The last one, and what was derived from it:
  RepeatedText tag_member_;  // ","tag":"log.http" with the quote that ends the time.
  bool tag_known_ = false;
  bool index_known_ = false;
  bool prefix_known_ = false;

  uint32_t bucket_begin_ = 0;  // index_ is that of tag_ from here on, for a bucket.
  ByteBuffer index_;
  std::string common_index_;  // Of the first event in the body: it is not named again.
  ByteBuffer rendered_;
  LaneId prefix_lane_;
  RepeatedText prefix_;  // The action line up to the number in the _id.
  CountingText number_;
  ByteBuffer id_;
  const std::byte* record_end_ = nullptr;  // Of the last event; null when it was not read.
};

}  // namespace andon::elasticsearch
