// What the last run left, once at the start.
#include <utility>

#include "core/base/log.h"
#include "outputs/file/file_output.h"

namespace andon::file_output {

Status FileOutput::Recover() {
  if (recovered_) return OkStatus();
  auto note = DecodeFileNote(context_->note);
  if (!note.ok()) {
    LogError(context_->id, "the lengths of the last run's files are not known",
             {{"reason", note.status().message()}});
    note = FileNote{};
  }
  ASSIGN_OR_RETURN(Recovered last_run, RecoverFiles(context_->files, *note));
  for (RecoveredFile& one : last_run.files) {
    Report(one);
    if (one.file == nullptr) continue;
    RETURN_IF_ERROR(files_->Adopt(one.noted, std::move(one.file)));
    if (one.foreign) files_->Find(one.noted.path)->noted = false;
  }
  if (config_.compress != Compression::kNone) RETURN_IF_ERROR(TakePacks(last_run.packs));
  recovered_ = true;
  return OkStatus();
}

Status FileOutput::TakePacks(const std::vector<NotedPack>& packs) {
  const std::string_view suffix = CompressedSuffix(config_.compress);
  packs_.clear();
  for (NotedPack pack : packs) {
    if (!pack.target.ends_with(suffix)) {
      ASSIGN_OR_RETURN(pack.target, Rotation::PackedName(context_->files, pack.path, suffix));
    }
    packs_.push_back(std::move(pack));
  }
  return OkStatus();
}

void FileOutput::Report(const RecoveredFile& file) {
  counters_.cut->Add(file.cut_bytes);
  counters_.missing->Add(file.missing_bytes);
  const std::string& path = file.noted.path;
  if (file.cut_bytes > 0) {
    LogInfo(context_->id, "file was cut back to what was delivered, the rest comes again",
            {{"path", path}, {"bytes", file.cut_bytes}});
  }
  if (file.missing_bytes > 0) {
    LogError(context_->id, "file is shorter than what was delivered to it",
             {{"path", path}, {"missing_bytes", file.missing_bytes}});
  }
  if (file.foreign) {
    LogError(context_->id, "file does not hold what was delivered to it, going on at its end",
             {{"path", path}});
  }
  if (file.gone) {
    LogInfo(context_->id, "file of the last run is not there any more", {{"path", path}});
  }
}

}  // namespace andon::file_output
