#include "outputs/elasticsearch/doubt_guard.h"

#include <utility>

#include "core/base/log.h"

namespace andon::elasticsearch {

DoubtGuard::DoubtGuard(OutputContext& context, Session& session, BulkWriter& writer)
    : context_(context),
      session_(session),
      writer_(writer),
      self_(std::make_shared<DoubtGuard*>(this)) {
  const Status status = book_.Recover(context.note);
  if (status.ok()) return;
  LogError(context.id, "what was sent before the start is not known, events may be doubled",
           {{"reason", status.message()}});
}

DoubtGuard::~DoubtGuard() { *self_ = nullptr; }

bool DoubtGuard::Clear(const Chunk& chunk) const {
  return book_.MaySend(chunk) && book_.Doubtful(chunk).empty();
}

void DoubtGuard::Check(const Chunk& chunk, Done done) {
  const uint64_t id = ++last_id_;
  checks_.emplace(id, Running{chunk, {}, nullptr, std::move(done)});
  if (book_.MaySend(chunk)) return Look(id);
  book_.Reserve(chunk);
  unsaved_.push_back(id);
  if (saving_.empty()) SaveNote();
}

void DoubtGuard::SaveNote() {
  saving_ = std::exchange(unsaved_, {});
  context_.save_note(book_.note(), [self = self_, marks = book_.wanted()](const Status& status) {
    if (*self != nullptr) (*self)->NoteSaved(marks, status);
  });
}

void DoubtGuard::NoteSaved(const DoubtBook::Marks& marks, const Status& status) {
  if (status.ok()) book_.Reserved(marks);
  for (const uint64_t id : std::exchange(saving_, {})) {
    if (status.ok()) {
      Look(id);
    } else {
      Finish(id, status);
    }
  }
  if (saving_.empty() && !unsaved_.empty()) SaveNote();
}

void DoubtGuard::Look(uint64_t id) {
  Running& check = checks_.at(id);
  check.doubtful = book_.Doubtful(check.chunk);
  std::vector<BulkWriter::Target> targets;
  if (!check.doubtful.empty()) targets = writer_.Targets(check.chunk.Only(check.doubtful));
  if (targets.empty()) {
    context_.loop.Post([self = self_, id] {
      if (*self != nullptr) (*self)->Finish(id, std::vector<Range>());
    });
    return;
  }
  check.lookup = std::make_unique<Lookup>(session_, std::move(targets));
  check.lookup->Run([this, id](Result<std::vector<Range>> found) { Finish(id, std::move(found)); });
}

void DoubtGuard::Finish(uint64_t id, Result<std::vector<Range>> found) {
  Running check = std::move(checks_.extract(id).mapped());
  if (found.ok()) book_.Known(check.chunk.lane(), check.doubtful);
  check.done(std::move(found));
}

}  // namespace andon::elasticsearch
