// What Kafka gives back: messages of the cursor topic, notes and offsets of the journal, and
// librdkafka's statistics. The first byte chooses which; whatever the others are, what is taken is
// written as it was read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/kafka/json_walk.h"
#include "inputs/kafka/offset_position.h"
#include "outputs/kafka/cursor_book.h"
#include "outputs/kafka/cursor_note.h"

namespace andon {
namespace {

class CheckingVisitor : public kafka::JsonVisitor {
 public:
  void OnNumber(std::span<const std::string_view> path, double /*value*/) override {
    CHECK(!path.empty());
  }
};

// Key and value are divided by the first line end.
void TakeCursor(std::string_view text) {
  const size_t end = text.find('\n');
  const std::string_view value = end == std::string_view::npos ? "" : text.substr(end + 1);
  kafka_output::CursorBook book("andon");
  const bool sense = book.Take(text.substr(0, end), AsBytes(value));
  if (!sense) CHECK(book.empty());
  for (const auto& [lane, set] : book.lanes()) {
    ByteBuffer bytes;
    set.EncodeTo(bytes);
    kafka_output::CursorBook again("andon");
    CHECK(again.Take(kafka_output::CursorBook::LaneKey("andon", lane), bytes.bytes()));
    CHECK(again.lanes().at(lane) == set);
  }
}

void TakeNote(std::string_view text) {
  const kafka_output::CursorNote note = kafka_output::DecodeCursorNote(text);
  if (note == kafka_output::CursorNote()) return;
  CHECK(kafka_output::DecodeCursorNote(kafka_output::EncodeCursorNote(note)) == note);
}

void TakeOffset(std::string_view text) {
  const auto stored = kafka_input::DecodeOffset(text);
  if (!stored.has_value()) return;
  const auto again =
      kafka_input::DecodeOffset(kafka_input::EncodeOffset(stored->next, stored->cluster));
  CHECK(again.has_value() && again->next == stored->next && again->cluster == stored->cluster);
}

}  // namespace
}  // namespace andon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      andon::TakeCursor(text);
      break;
    case 1:
      andon::TakeNote(text);
      break;
    case 2:
      andon::TakeOffset(text);
      break;
    default: {
      andon::CheckingVisitor visitor;
      (void)andon::kafka::WalkJson(text, visitor);
    }
  }
  return 0;
}
