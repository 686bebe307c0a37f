// Messages that are taken apart when they are whole: Forward mode, and what has an unusual form.
#include "core/forward/decoder.h"

namespace andon::forward {
namespace {

using Kind = MsgpackHeader::Kind;

// Length of the value at the front of bytes that hold it whole, however deep it is.
size_t WholeValueBytes(Bytes whole) { return ValueScanner().Feed(whole).bytes; }

std::string_view TextAt(Bytes bytes, size_t at, const MsgpackHeader& text) {
  return AsText(bytes.subspan(at + text.bytes, static_cast<size_t>(text.payload)));
}

}  // namespace

void Decoder::TakeWhole(std::span<std::byte> whole) {
  const Bytes bytes(whole);
  const MsgpackHeader array = ReadMsgpackHeader(bytes);
  message_ = {};
  message_.raw = bytes;
  message_.error = "it has fewer than two elements";
  elements_ = array.values;
  if (elements_ < 2) return;

  const MsgpackHeader tag = ReadMsgpackHeader(bytes.subspan(array.bytes));
  const size_t second_at = array.bytes + WholeValueBytes(bytes.subspan(array.bytes));
  const MsgpackHeader second = ReadMsgpackHeader(bytes.subspan(second_at));
  if (second.kind == Kind::kArray || second.kind == Kind::kText) {
    TakeForward(bytes, second_at);
  } else if (!TakeMessage(whole, second_at)) {
    message_.error = elements_ < 3 ? "its second element is neither a time nor entries"
                                   : "it is nested too deeply";
  }
  message_.raw = bytes;
  if (tag.kind == Kind::kText) {
    message_.tag = TextAt(bytes, array.bytes, tag);
  } else {
    message_.tag_error = "the tag is no text";
  }
}

void Decoder::TakeForward(Bytes whole, size_t at) {
  const MsgpackHeader list = ReadMsgpackHeader(whole.subspan(at));
  const size_t list_bytes = WholeValueBytes(whole.subspan(at));
  message_.mode = Message::Mode::kEntries;
  message_.error = nullptr;
  message_.packed = list.kind == Kind::kText;
  message_.entries = whole.subspan(at + list.bytes, list_bytes - list.bytes);
  checked_ = {};
  unchecked_ = inside_entry_ = in_parts_ = false;
  if (message_.packed) {
    CheckEntries(message_.entries, true);
  } else {
    const auto progress = validator_.Walk(message_.entries);
    checked_ = {progress.count, progress.bytes, progress.times};
  }
  message_.checked = checked_;
  if (elements_ < 3) return;
  const Bytes option = whole.subspan(at + list_bytes);
  TakeOption(option.first(WholeValueBytes(option)));
}

}  // namespace andon::forward
