// The fields of a record as members of a JSON object, renamed where a rule says so.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/codec/member_cache.h"
#include "outputs/elasticsearch/document_config.h"
#include "outputs/elasticsearch/rename.h"

namespace andon::elasticsearch {

class FieldWriter {
 public:
  // `config` outlives the writer.
  explicit FieldWriter(const DocumentConfig& config) : config_(config) {}

  // How keys are called from now on. Outlives its use.
  void SetRenames(const Renames& renames);
  // Appends the members of `record`, a map of validated bytes in front of `end`, and returns where
  // it ends. `first`: nothing stands in front of them.
  const std::byte* Append(const std::byte* record, const std::byte* end, bool first,
                          ByteBuffer& body);

 private:
  struct Written {
    const std::byte* at = nullptr;  // Where the field ends; null: it is not written yet.
    char* to = nullptr;
  };
  Written WriteKnown(const std::byte* at, uint32_t number, char* to);
  const std::byte* WriteAny(const std::byte* at, uint32_t number, bool& first, ByteBuffer& body);
  const std::byte* WriteNew(const std::byte* at, uint32_t number, bool& first, ByteBuffer& body);
  bool Replaced(std::string_view key) const {
    return (key == config_.time_key || key == config_.tag_key) && !key.empty();
  }

  const DocumentConfig& config_;
  const Renames* renames_ = nullptr;
  MemberCache members_;  // As renames_ wants them.
};

}  // namespace andon::elasticsearch
