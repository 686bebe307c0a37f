// What Elasticsearch's `_bulk` looks like on the wire, as far as a sink has to know it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace andon::loadgen {

struct BulkRequest {
  size_t bytes = 0;  // 0: not all of it is there.
  uint64_t items = 0;
};

// The request at the front of `received`; its body plain, gzip or zstd.
BulkRequest ReadBulkRequest(std::string_view received);

// The answer that says that every item was created.
std::string AnswerBulk(uint64_t items);

}  // namespace andon::loadgen
