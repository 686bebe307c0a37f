#include "outputs/elasticsearch/verdict.h"

#include <algorithm>

namespace andon::elasticsearch {
namespace {

struct Hint {
  int status;              // 0: any.
  std::string_view type;   // Empty: any.
  std::string_view words;  // In the reason; empty: any.
  std::string_view advice;
};

// Wrong at the server or in its configuration: no event is the worse for it.
constexpr Hint kHints[] = {
    {401, "", "", "check user and password, api_key or bearer_token"},
    {0, "cluster_block_exception", "",
     "the index takes no writes: free disk space on the nodes, or remove its block"},
    {403, "", "",
     "the user's role needs the cluster privilege monitor and, on the index, create_doc and "
     "auto_configure (op: index and update: index)"},
    {0, "index_not_found_exception", "",
     "create the index, or allow it in action.auto_create_index"},
    {0, "", "pipeline with id", "create the ingest pipeline, or change the option pipeline"},
    {0, "", " shards open", "delete old indices, or raise cluster.max_shards_per_node"},
    {0, "", "no write index is defined for alias", "set is_write_index for one of its indices"},
    {0, "", "only write ops with an op_type of create are allowed in data streams",
     "set data_stream instead of index"},
    {0, "", "type is missing", "set type_name, which servers before 7 need"},
    {0, "", "unknown parameter [_type]", "leave type_name out for servers from 8 on"},
    {0, "", "index is closed", "open the index"},
    {0, "index_closed_exception", "", "open the index"},
};
constexpr Hint kOthers[] = {
    {413, "", "", "raise http.max_content_length of the nodes, or lower max_body"},
    {404, "", "", "is this the address of Elasticsearch or OpenSearch?"},
    {405, "", "", "is this the address of Elasticsearch or OpenSearch?"},
    {429, "", "", "the server is busy"},
};

bool Fits(const Hint& hint, int status, const AnswerError& error) {
  return (hint.status == 0 || hint.status == status) &&
         (hint.type.empty() || error.type == hint.type) &&
         error.reason.find(hint.words) != std::string::npos;
}

bool IsConfiguration(int status, const AnswerError& error) {
  return std::ranges::any_of(kHints, [&](const Hint& hint) { return Fits(hint, status, error); });
}

// Exceptions that a server throws over a document, though it answers 500.
bool IsAboutTheDocument(const AnswerError& error) {
  constexpr std::string_view kTypes[] = {
      "illegal_argument_exception", "illegal_state_exception",     "number_format_exception",
      "null_pointer_exception",     "class_cast_exception",        "arithmetic_exception",
      "input_coercion_exception",   "stream_constraints_exception"};
  return error.type.find("pars") != std::string::npos ||
         std::ranges::find(kTypes, error.type) != std::end(kTypes);
}

}  // namespace

Verdict ItemVerdict(int status, const AnswerError& error, Operation operation) {
  if (status >= 200 && status < 300) return Verdict::kDone;
  if (status == 409) return operation == Operation::kCreate ? Verdict::kExists : Verdict::kAgain;
  if (status == 429 || status == 503) return Verdict::kOverload;
  if (status == 500 && IsAboutTheDocument(error)) return Verdict::kRejected;
  if (status >= 500 || status == 408 || IsConfiguration(status, error)) return Verdict::kAgain;
  return Verdict::kRejected;
}

bool MayBeTheBody(int code, const AnswerError& error) {
  // A 400 that Elasticsearch did not write is a proxy's: wrong for every body.
  return (code == 413 || (code == 400 && !error.type.empty())) && !IsConfiguration(code, error);
}

std::string_view Advice(int status, const AnswerError& error) {
  for (const Hint& hint : kHints) {
    if (Fits(hint, status, error)) return hint.advice;
  }
  for (const Hint& hint : kOthers) {
    if (Fits(hint, status, error)) return hint.advice;
  }
  if (status >= 300 && status < 400) return "name the node itself: redirects are not followed";
  return "";
}

std::string Explain(int status, const AnswerError& error) {
  std::string text = error.type.empty() ? "status" : error.type;
  text += " (" + std::to_string(status) + ")";
  if (!error.reason.empty()) text += ": " + error.reason;
  const std::string_view advice = Advice(status, error);
  if (!advice.empty()) text += "; " + std::string(advice);
  return text;
}

}  // namespace andon::elasticsearch
