// Which of a record's keys are called what in a document: rules by tag, with the names of the
// Elastic Common Schema (https://www.elastic.co/guide/en/ecs/8.17/ecs-field-reference.html) ready
// made for what andon's parsers give.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/config_reader.h"
#include "core/event/tag_pattern.h"

namespace andon::elasticsearch {

enum class Schema : uint8_t { kNone, kAccess, kSyslog, kGeneric };

// The new names of one rule's keys.
class Renames {
 public:
  void Add(std::string_view key, std::string_view name, bool maps_too);
  void Add(Schema schema);

  // The member name with its colon, `"http.request.method":`, of the value behind `key`; empty: it
  // stays as it is.
  std::string_view Find(std::string_view key, bool is_map) const {
    if ((lengths_ >> (key.size() & 63) & 1) == 0) return {};
    return FindSlowly(key, is_map);
  }

 private:
  struct Entry {
    std::string key;
    std::string member;
    bool maps_too;  // Else a map under this key stays as it is.
  };
  std::string_view FindSlowly(std::string_view key, bool is_map) const;

  std::vector<Entry> entries_;  // The first one counts.
  uint64_t lengths_ = 0;        // A bit for each length that a key has.
};

struct RenameRule {
  TagPattern match;
  Renames renames;
};

void ReadRenameRule(ConfigReader& reader, RenameRule* rule);

}  // namespace andon::elasticsearch

namespace andon {

template <>
struct EnumNames<elasticsearch::Schema> {
  static constexpr std::pair<std::string_view, elasticsearch::Schema> kNames[] = {
      {"none", elasticsearch::Schema::kNone},
      {"access", elasticsearch::Schema::kAccess},
      {"syslog", elasticsearch::Schema::kSyslog},
      {"generic", elasticsearch::Schema::kGeneric}};
};

}  // namespace andon
