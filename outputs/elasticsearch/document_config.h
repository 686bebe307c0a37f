// What an event becomes in Elasticsearch: its index, its id, its document.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/config/config_reader.h"
#include "core/event/text_template.h"
#include "outputs/elasticsearch/index_name.h"
#include "outputs/elasticsearch/rename.h"

namespace andon::elasticsearch {

enum class Operation : uint8_t { kCreate, kIndex, kUpdate };

struct DocumentConfig {
  IndexName index;
  bool data_stream = false;  // `index` names one.
  Operation operation = Operation::kCreate;
  enum class Id : uint8_t { kIdentity, kNone, kTemplate };
  Id id = Id::kIdentity;
  TextTemplate id_text;  // kTemplate
  TextTemplate routing;  // Without text: none.
  TextTemplate pipeline;
  std::string type_name;  // Of servers before 7; empty: none.
  std::string time_key = "@timestamp";
  std::string tag_key = "tag";
  std::vector<RenameRule> rename;  // The first that covers the tag.
  Renames otherwise;               // For tags that no rule covers.
};

void ReadDocumentConfig(ConfigReader& reader, DocumentConfig* config);

}  // namespace andon::elasticsearch

namespace andon {

template <>
struct EnumNames<elasticsearch::Operation> {
  static constexpr std::pair<std::string_view, elasticsearch::Operation> kNames[] = {
      {"create", elasticsearch::Operation::kCreate},
      {"index", elasticsearch::Operation::kIndex},
      {"update", elasticsearch::Operation::kUpdate}};
};

}  // namespace andon
