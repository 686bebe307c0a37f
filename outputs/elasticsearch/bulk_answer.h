// What a server answered to `_bulk`: the status of every item, and why it was not taken
// (https://www.elastic.co/guide/en/elasticsearch/reference/8.19/docs-bulk.html).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace andon::elasticsearch {

struct AnswerError {
  std::string type;    // "mapper_parsing_exception"
  std::string reason;  // With the causes that it names: "failed to parse field ...: ...".
};

struct BulkAnswer {
  struct Failure {
    size_t item;
    AnswerError error;
  };
  std::vector<uint16_t> statuses;  // Of the items, in the order of the request.
  std::vector<Failure> failures;   // Of those that have an error, in that order.

  // kCorrupt: no answer to a `_bulk`.
  static Result<BulkAnswer> Parse(std::string_view untrusted);
  // What is to be asked for, so that an answer is short.
  static constexpr std::string_view kFilterPath =
      "errors,error,status,items.*.status,items.*.error.type,items.*.error.reason,"
      "items.*.error.caused_by";
};

// The `error` of an answer that is none to a `_bulk`; its first bytes as `reason` when it is no
// JSON.
AnswerError ParseErrorAnswer(std::string_view untrusted);

}  // namespace andon::elasticsearch
