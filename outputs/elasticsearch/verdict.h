// What a status means for an event, and what somebody has to do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "outputs/elasticsearch/bulk_answer.h"
#include "outputs/elasticsearch/document_config.h"

namespace andon::elasticsearch {

enum class Verdict : uint8_t {
  kDone,
  kExists,    // A document with this id was there: it is the event itself.
  kAgain,     // The server, or its configuration, is not ready for it.
  kOverload,  // The same, and it is busy.
  kRejected,  // The event cannot be indexed.
};

Verdict ItemVerdict(int status, const AnswerError& error, Operation operation);

// Of an answer that is not 200: is it the body that the server does not like? Then half of it, or
// another encoding, may be taken.
bool MayBeTheBody(int code, const AnswerError& error);

// "; check user and password", or empty: goes behind the reason.
std::string_view Advice(int status, const AnswerError& error);

// `security_exception (403): reason; advice`
std::string Explain(int status, const AnswerError& error);

}  // namespace andon::elasticsearch
