#include "inputs/tail/file_reader.h"

#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "core/base/log.h"

namespace andon::tail {

FileReader::FileReader(InputContext& context, OpenFiles& open, FileWatches& watches, Turn& turn)
    : context_(context),
      open_(open),
      watches_(watches),
      turn_(turn),
      overlap_bytes_(context.metrics.GetCounter(
          "andon_tail_overlap_bytes_total",
          "bytes of files that had lost their end: read again, their lines may be doubled")) {}

FileReader::Next FileReader::Read(TailedFile& file, size_t slice) {
  if (const auto refused = OpenAndResume(file)) return *refused;
  if (buffer_.capacity() < slice) buffer_ = ByteBuffer(slice);
  const std::span<char> buffer{reinterpret_cast<char*>(buffer_.data()), slice};
  const uint64_t emitted = file.emitted();
  const uint64_t read = file.read();
  const TailedFile::Outcome outcome = file.Read(buffer, turn_.SinkFor(file));
  if (read == 0 && file.read() > 1) LookAtHead(file, {buffer.data(), 2});
  if (file.read() != read) {
    file.last_read = context_.loop.Now();
    open_.Used(file);
  }
  if (file.emitted() != emitted) turn_.Touch(file);
  file.at_end = outcome == TailedFile::Outcome::kEnd;
  switch (outcome) {
    case TailedFile::Outcome::kMore:
      return Next::kAgain;
    case TailedFile::Outcome::kEnd:
      return Next::kWait;
    case TailedFile::Outcome::kRewritten:
      Rewritten(file);
      return Next::kAgain;
    case TailedFile::Outcome::kFailed:
      break;
  }
  LogWarn(context_.id, "file cannot be read, trying again",
          {{"path", file.path}, {"reason", std::strerror(errno)}});
  open_.Close(file);
  return Next::kFailed;
}

// Lines of UTF-16 come through as they are, and nobody can read them further on.
void FileReader::LookAtHead(const TailedFile& file, std::string_view head) {
  if (head != "\xff\xfe" && head != "\xfe\xff") return;
  LogWarn(context_.id,
          "file begins like UTF-16, which is not understood: its writer has to use UTF-8",
          {{"path", file.path}});
}

std::optional<FileReader::Next> FileReader::OpenAndResume(TailedFile& file) {
  if (!file.is_open()) {
    if (!open_.Open(file)) return CannotOpen(file, errno);
    watches_.Add(file);
  }
  if (file.resume.has_value()) Resume(file);
  return std::nullopt;
}

FileReader::Next FileReader::CannotOpen(TailedFile& file, int error) {
  file.at_end = true;
  if (error == ENOENT) return Next::kGone;
  LogWarn(context_.id, "file cannot be opened, trying again",
          {{"path", file.path}, {"reason", std::strerror(error)}});
  return Next::kFailed;
}

void FileReader::Resume(TailedFile& file) {
  const TailPosition position = *std::exchange(file.resume, std::nullopt);
  const ResumePoint found = file.ResumeAt(position);
  if (found.how == ResumePoint::How::kExact) return;
  turn_.Touch(file);
  overlap_bytes_.Add(found.overlap);
  if (found.how == ResumePoint::How::kNew) {
    LogInfo(context_.id, "file holds something else than in the last run, reading from its head",
            {{"path", file.path}});
    return;
  }
  const bool same_boot = position.boot == turn_.boot();
  LogWarn(context_.id, "file had lost its end, some lines may be sent twice",
          {{"path", file.path},
           {"bytes", found.overlap},
           {"since", same_boot ? "the last run" : "before the machine started"}});
}

// What was read is not there any more: copytruncate, or somebody emptied the file.
void FileReader::Rewritten(TailedFile& file) {
  const TailPosition before = file.position();
  file.Flush(turn_.SinkFor(file));
  const ResumePoint found = file.ResumeAt(before);
  overlap_bytes_.Add(found.overlap);
  LogInfo(context_.id, "file was truncated, going on from where it is the same",
          {{"path", file.path}, {"offset", found.offset}});
  turn_.Touch(file);
}

}  // namespace andon::tail
