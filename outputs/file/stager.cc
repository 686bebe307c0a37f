#include "outputs/file/stager.h"

#include <utility>

namespace andon::file_output {

namespace {

// The note lists every file, and a note has to fit into a record of the journal.
constexpr size_t kMaxFilesPerChunk = 1024;
constexpr size_t kMaxPathBytesPerChunk = size_t{128} << 10;

}  // namespace

Stager::Stager(const PathTemplate& path, std::unique_ptr<Formatter> formatter, FileSet& files)
    : path_(path), formatter_(std::move(formatter)), files_(files) {}

Staged Stager::Stage(const Chunk& chunk) {
  Staged staged;
  path_bytes_ = 0;
  for (const Piece& piece : chunk.pieces()) {
    if (staged.again.empty()) StagePiece(piece, &staged);
  }
  if (!staged.again.empty()) staged.again.back().last = chunk.window().last;
  return staged;
}

void Stager::StagePiece(const Piece& piece, Staged* staged) {
  const uint32_t bucket = path_.bucket_seconds();
  EntryIterator entry(piece.entries);
  if (bucket == 0 && !path_.by_record() && Aim(piece.tag->text(), *entry, staged) &&
      file_ != nullptr) {
    return formatter_->FormatAll(*piece.tag, piece.entries, file_->staged());
  }
  uint32_t current = UINT32_MAX;
  bool aimed = false;
  Sequence sequence = piece.first;
  for (; !entry.done(); entry.Next(), ++sequence) {
    const uint32_t wanted = bucket == 0 ? 0 : entry->time.seconds / bucket;
    if (!aimed || wanted != current || path_.by_record()) {
      if (!Aim(piece.tag->text(), *entry, staged)) {
        staged->again.push_back({sequence, sequence});
        return;
      }
      aimed = true;
      current = wanted;
    }
    if (file_ == nullptr) {
      staged->rejected.push_back({sequence, why_not_});
    } else {
      formatter_->Format(*piece.tag, *entry, file_->staged());
    }
  }
}

bool Stager::Aim(std::string_view tag, const EntryView& entry, Staged* staged) {
  file_ = nullptr;
  why_not_ = path_.MakeSource(tag, entry, &source_);
  if (why_not_ == nullptr) why_not_ = path_.Render(source_, entry.time.seconds, &rendered_);
  return why_not_ != nullptr || Use(staged);
}

bool Stager::Use(Staged* staged) {
  OutputFile* file = files_.Find(rendered_);
  if (file == nullptr || !file->in_use) {
    if (staged->files.size() >= kMaxFilesPerChunk || path_bytes_ >= kMaxPathBytesPerChunk) {
      return false;
    }
    // Who chooses a tag or a field must not be able to hold up the others.
    if (file == nullptr && path_.by_event()) why_not_ = files_.WhyNoFile(rendered_);
    if (why_not_ != nullptr) return true;
    path_bytes_ += rendered_.size() + source_.size();
    if (file == nullptr) file = &files_.Get(rendered_, source_);
    file->in_use = true;
    file->BeginStaging(files_.spare());
    staged->files.push_back(file);
  }
  file_ = file;
  return true;
}

}  // namespace andon::file_output
