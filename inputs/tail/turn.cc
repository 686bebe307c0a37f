#include "inputs/tail/turn.h"

#include <span>

#include "core/base/file.h"
#include "core/base/log.h"
#include "inputs/tail/file_hash.h"

namespace andon::tail {
namespace {

uint64_t BootHash() {
  const auto id = ReadFile(RealFileSystem(), "/proc/sys/kernel/random/boot_id");
  return id.ok() ? HashOf(*id) : 0;
}

}  // namespace

Turn::Turn(const TailConfig& config, InputContext& context)
    : context_(context),
      boot_(BootHash()),
      cut_lines_(context.metrics.GetCounter("andon_tail_cut_lines_total",
                                            "lines that were longer than max_line_size and cut")),
      events_(config, context.id) {}

void Turn::Begin() { events_.Begin(context_.loop.WallNow()); }

LineSink& Turn::SinkFor(const TailedFile& file) {
  events_.Aim(*file.tag, file.name());
  return events_;
}

void Turn::Touch(TailedFile& file) {
  if (file.touched) return;
  file.touched = true;
  touched_.push_back(&file);
}

void Turn::Forget(TailedFile& file) {
  if (!file.touched) return;
  file.touched = false;
  std::erase(touched_, &file);
}

void Turn::Emit(Emitter& emitter) {
  const std::span<const EventBatch> batches = events_.Batches(emitter.tags());
  std::vector<std::string> texts;  // Sources and values; reserved, so that they do not move.
  texts.reserve(2 * touched_.size() + erased_.size());
  std::vector<Position> covers;
  covers.reserve(touched_.size() + erased_.size());
  for (TailedFile* file : touched_) {
    file->touched = false;
    file->Stamp(boot_, context_.loop.WallNow().seconds);
    const std::string& source = texts.emplace_back(FileSource(context_.id, file->id()));
    covers.push_back({source, AsBytes(texts.emplace_back(EncodePosition(file->position())))});
  }
  for (const FileId& id : erased_) {
    covers.push_back({texts.emplace_back(FileSource(context_.id, id)), {}, Position::Kind::kErase});
  }
  touched_.clear();
  erased_.clear();
  if (covers.empty() && batches.empty()) return;
  context_.ledger.Received(events_.events() + events_.dropped());
  if (events_.dropped() > 0) context_.ledger.Dropped("too_long", events_.dropped());
  cut_lines_.Add(events_.cut());
  if (const uint64_t lines = events_.cut() + events_.dropped(); lines > 0) {
    LogWarn(context_.id, "lines are longer than max_line_size",
            {{"path", events_.long_path()},
             {"lines", lines},
             {"what", events_.cut() > 0 ? "cut" : "dropped"}});
  }
  if (events_.refused() > 0) {
    context_.ledger.Rejected(events_.refused());
    LogWarn(context_.id, "lines could not be parsed, they became error events",
            {{"path", events_.refused_path()},
             {"reason", events_.refusal()},
             {"lines", events_.refused()}});
  }
  emitter.Emit(batches, covers, Ack());
}

}  // namespace andon::tail
