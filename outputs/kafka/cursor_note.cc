#include "outputs/kafka/cursor_note.h"

#include <charconv>

namespace andon::kafka_output {

namespace {

constexpr std::string_view kBegin = "kafka 1 ";

std::string_view TakeWord(std::string_view& rest) {
  const size_t end = rest.find(' ');
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return word;
}

}  // namespace

std::string EncodeCursorNote(const CursorNote& note) {
  return std::string(kBegin) + std::to_string(note.transactions) + " " + note.topic + " " +
         note.cluster;
}

CursorNote DecodeCursorNote(std::string_view untrusted) {
  CursorNote note;
  if (!untrusted.starts_with(kBegin)) return note;
  untrusted.remove_prefix(kBegin.size());
  const std::string_view number = TakeWord(untrusted);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), note.transactions);
  if (error != std::errc() || end != number.data() + number.size()) return {};
  note.topic = TakeWord(untrusted);
  note.cluster = untrusted;
  return note;
}

}  // namespace andon::kafka_output
