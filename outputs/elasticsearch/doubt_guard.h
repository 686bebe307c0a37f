// Keeps a data stream free of repeats: nothing goes out before the note says so, and what is in
// doubt is looked up first.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "core/plugin/context.h"
#include "outputs/elasticsearch/bulk_writer.h"
#include "outputs/elasticsearch/doubt_book.h"
#include "outputs/elasticsearch/lookup.h"
#include "outputs/elasticsearch/session.h"

namespace andon::elasticsearch {

// Thread: output.
class DoubtGuard {
 public:
  // All outlive the guard. A note that cannot be read is told in the log, and forgotten.
  DoubtGuard(OutputContext& context, Session& session, BulkWriter& writer);
  ~DoubtGuard();

  // The chunk can be sent as it is. Else Check.
  bool Clear(const Chunk& chunk) const;
  // `done` is called once, never inside the call: with the events that are there already, or with
  // why that cannot be told now. The rest of the chunk is clear then.
  using Done = UniqueFunction<void(Result<std::vector<Range>>)>;
  void Check(const Chunk& chunk, Done done);
  size_t checks() const { return checks_.size(); }

  DoubtBook& book() { return book_; }

 private:
  struct Running {
    Chunk chunk;
    std::vector<Range> doubtful;
    std::unique_ptr<Lookup> lookup;
    Done done;
  };
  void SaveNote();
  void NoteSaved(const DoubtBook::Marks& marks, const Status& status);
  void Look(uint64_t id);
  void Finish(uint64_t id, Result<std::vector<Range>> found);

  OutputContext& context_;
  Session& session_;
  BulkWriter& writer_;
  DoubtBook book_;
  std::map<uint64_t, Running> checks_;
  std::vector<uint64_t> unsaved_;  // Wait for the next note.
  std::vector<uint64_t> saving_;   // Wait for the one that is being saved.
  uint64_t last_id_ = 0;
  std::shared_ptr<DoubtGuard*> self_;  // Null once this is gone.
};

}  // namespace andon::elasticsearch
