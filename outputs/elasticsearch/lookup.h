// Looks documents up by their ids: which are there? The index is refreshed first, so that what was
// just written is found.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "outputs/elasticsearch/bulk_writer.h"
#include "outputs/elasticsearch/session.h"

namespace andon::elasticsearch {

// Destroying it gives up. Thread: output.
class Lookup {
 public:
  Lookup(Session& session, std::vector<BulkWriter::Target> targets);

  // `done` is called once, never inside the call, with the numbers of the events that are there.
  void Run(UniqueFunction<void(Result<std::vector<Range>>)> done);

 private:
  void Refresh();
  void Search();
  void OnFound(const Answered& answered);
  void Finish(Result<std::vector<Range>> result);

  Session& session_;
  const std::vector<BulkWriter::Target> targets_;
  size_t target_ = 0;
  size_t next_id_ = 0;
  std::string body_;
  std::unordered_map<std::string_view, Sequence> asked_;  // Of the search under way.
  std::vector<Range> found_;
  std::unique_ptr<http::Call> call_;
  UniqueFunction<void(Result<std::vector<Range>>)> done_;
};

}  // namespace andon::elasticsearch
