#include "inputs/tail/line_splitter.h"

#include <algorithm>
#include <cstring>

namespace andon::tail {

namespace {

constexpr size_t kKeepBytes = 4096;

std::string_view WithoutCr(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

void LineSplitter::Held::Append(std::string_view more, size_t limit) {
  const size_t room = limit - std::min(text.size(), limit);
  cut = cut || more.size() > room;
  text.append(more.substr(0, room));
}

void LineSplitter::Held::Clear() {
  if (text.capacity() > kKeepBytes) {
    text = std::string();
  } else {
    text.clear();
  }
  cut = false;
}

void LineSplitter::Feed(std::string_view bytes, LineSink& sink) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  uint64_t offset = fed_;
  fed_ += bytes.size();
  while (at != end) {
    const auto* newline =
        static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
    if (newline == nullptr) {
      // One more than the limit, for the CR of a line end.
      partial_.Append({at, static_cast<size_t>(end - at)}, options_.max_bytes + 1);
      return;
    }
    const std::string_view line(at, static_cast<size_t>(newline - at));
    offset += line.size() + 1;
    if (partial_.text.empty()) {
      EndLine(line, false, offset, sink);
    } else {
      partial_.Append(line, options_.max_bytes + 1);
      EndLine(partial_.text, partial_.cut, offset, sink);
      partial_.Clear();
    }
    at = newline + 1;
  }
}

void LineSplitter::EndLine(std::string_view line, bool cut, uint64_t end, LineSink& sink) {
  if (!cut) line = WithoutCr(line);
  if (options_.start != nullptr) return EndMultiline(line, cut, end, sink);
  if (line.size() > options_.max_bytes) {
    line = line.substr(0, options_.max_bytes);
    cut = true;
  }
  line_begin_ = emitted_ = end;
  sink.Line(line, cut);
}

void LineSplitter::EndMultiline(std::string_view line, bool cut, uint64_t end, LineSink& sink) {
  if (has_event_ && options_.start->Matches(line)) {
    emitted_ = line_begin_;
    EmitEvent(sink);
  }
  if (has_event_) event_.Append("\n", options_.max_bytes);
  event_.Append(line, options_.max_bytes);
  event_.cut = event_.cut || cut;
  has_event_ = true;
  line_begin_ = end;
}

void LineSplitter::EmitEvent(LineSink& sink) {
  sink.Line(event_.text, event_.cut);
  event_.Clear();
  has_event_ = false;
}

void LineSplitter::Flush(LineSink& sink) {
  if (!partial_.text.empty()) {
    EndLine(partial_.text, partial_.cut, fed_, sink);
    partial_.Clear();
  }
  emitted_ = line_begin_ = fed_;
  if (has_event_) EmitEvent(sink);
}

void LineSplitter::Restart(uint64_t offset) {
  partial_.Clear();
  event_.Clear();
  has_event_ = false;
  fed_ = line_begin_ = emitted_ = offset;
}

}  // namespace andon::tail
