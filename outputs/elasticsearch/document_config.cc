#include "outputs/elasticsearch/document_config.h"

#include "core/plugin/template_value.h"

namespace andon::elasticsearch {
namespace {

struct Texts {
  std::string index = "andon-%Y.%m.%d";
  std::string data_stream;
  std::string id = "identity";
};

void ReadTexts(ConfigReader& reader, Texts* texts) {
  reader.Optional("index", &texts->index,
                  "index of an event: ${tag}, ${tag_parts[n]}, ${record[\"key\"]} and its date in "
                  "UTC as %Y %m %d %H %j %G %V");
  reader.Optional("data_stream", &texts->data_stream,
                  "write to this data stream instead, with the same placeholders");
  reader.Optional(
      "document_id", &texts->id,
      "the document's _id: identity (the event's own, so that a repeat is found), none, "
      "or a text with placeholders, for which the identity stands in when a field is "
      "missing");
}

void ParseTexts(ConfigReader& reader, const Texts& texts, DocumentConfig* config) {
  config->data_stream = !texts.data_stream.empty();
  const char* const key = config->data_stream ? "data_stream" : "index";
  auto name = IndexName::Parse(config->data_stream ? texts.data_stream : texts.index);
  if (name.ok()) {
    config->index = *std::move(name);
  } else {
    reader.Fail(key, std::string(name.status().message()));
  }
  if (texts.id == "none") {
    config->id = DocumentConfig::Id::kNone;
  } else if (texts.id != "identity") {
    config->id = DocumentConfig::Id::kTemplate;
    auto id = TextTemplate::Parse(texts.id);
    if (!id.ok()) reader.Fail("document_id", std::string(id.status().message()));
    if (id.ok()) config->id_text = *std::move(id);
    if (config->id_text.constant()) {
      reader.Fail("document_id", "\"" + texts.id +
                                     "\" is the same for every event: write identity, none, "
                                     "or a text with a placeholder");
    }
  }
}

void Check(ConfigReader& reader, const DocumentConfig& config) {
  if (config.data_stream && config.operation != Operation::kCreate) {
    reader.Fail("op", "a data stream takes op: create only");
  }
  if (config.operation == Operation::kUpdate && config.id == DocumentConfig::Id::kNone) {
    reader.Fail("document_id", "op: update needs a document_id");
  }
  if (!config.time_key.empty() || !config.data_stream) return;
  reader.Fail("time_key", "a data stream needs the time under @timestamp");
}

}  // namespace

void ReadDocumentConfig(ConfigReader& reader, DocumentConfig* config) {
  Texts texts;
  ReadTexts(reader, &texts);
  reader.Optional("routing", &config->routing, "routing, with placeholders");
  reader.Optional("pipeline", &config->pipeline, "ingest pipeline, with placeholders");
  reader.Optional("op", &config->operation,
                  "create: a repeat meets itself and is not stored again; index: the newest stays; "
                  "update: fields are merged into what is there");
  reader.Optional("type_name", &config->type_name,
                  "_type of the documents, for servers before version 7");
  reader.Optional("time_key", &config->time_key,
                  "key that gets the event's time with nanoseconds; empty: none");
  reader.Optional("tag_key", &config->tag_key, "key that gets the event's tag; empty: none");
  reader.List("rename", &config->rename, false,
              "other names for records' keys: the first rule that covers the tag", ReadRenameRule);
  if (reader.describing()) return;
  ParseTexts(reader, texts, config);
  Check(reader, *config);
}

}  // namespace andon::elasticsearch
