#include "outputs/forward/out_message.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "core/event/entry.h"
#include "core/event/msgpack_writer.h"
#include "core/forward/hop.h"
#include "core/forward/message.h"

namespace andon::forward {
namespace {

constexpr size_t kMessageBytes = kAndonMessageBytes;  // Receivers hold a message in memory.
constexpr uint64_t kMessageEvents = kMaxHopRuns / 2;
constexpr std::string_view kClosedTag = "andon.lane";

void AppendBinaryHeader(size_t size, ByteBuffer& out) {
  if (size <= UINT8_MAX) {
    out.Append('\xc4');
    *out.Extend(1) = static_cast<std::byte>(size);
  } else if (size <= UINT16_MAX) {
    out.Append('\xc5');
    StoreBigEndian(out.Extend(sizeof(uint16_t)), static_cast<uint16_t>(size));
  } else {
    out.Append('\xc6');
    StoreBigEndian(out.Extend(sizeof(uint32_t)), static_cast<uint32_t>(size));
  }
}

std::string Base64(Bytes bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<uint8_t>(bytes[i + j]) : 0u);
    }
    for (size_t j = 0; j < 4; ++j) {
      text += j <= count ? kDigits[group >> (18 - 6 * j) & 0x3fu] : '=';
    }
  }
  return text;
}

// Where to cut a piece that is too large for one message.
std::vector<Range> Cuts(const Piece& piece) {
  std::vector<Range> cuts;
  Sequence next = piece.first;
  size_t bytes = 0;
  uint64_t events = 0;
  Range cut{piece.first, piece.first - 1};
  for (EntryIterator it(piece.entries); !it.done(); it.Next(), ++next) {
    if (bytes > 0 && (bytes + it->bytes.size() > kMessageBytes || events >= kMessageEvents)) {
      cuts.push_back(cut);
      cut.first = next;
      bytes = events = 0;
    }
    ++events;
    cut.last = next;
    bytes += it->bytes.size();
  }
  cuts.push_back(cut);
  return cuts;
}

struct Group {
  std::string_view tag;
  size_t bytes = 0;
  uint64_t events = 0;
  std::vector<const Piece*> pieces;
};

// The pieces of each tag, those of one message together.
std::vector<Group> GroupByTag(const Chunk& chunk) {
  std::vector<Group> groups;
  for (const Piece& piece : chunk.pieces()) {
    const auto same = [&](const Group& group) {
      return group.tag == piece.tag->text() &&
             group.bytes + piece.entries.size() <= kMessageBytes &&
             group.events + piece.count <= kMessageEvents;
    };
    auto at = std::find_if(groups.begin(), groups.end(), same);
    if (at == groups.end()) at = groups.insert(at, Group{piece.tag->text(), 0, 0, {}});
    at->bytes += piece.entries.size();
    at->events += piece.count;
    at->pieces.push_back(&piece);
  }
  return groups;
}

}  // namespace

void OutMessage::AppendRest(std::vector<Bytes>& pieces) const {
  size_t skip = written;
  const auto append = [&](Bytes piece) {
    const size_t skipped = std::min(skip, piece.size());
    skip -= skipped;
    if (skipped < piece.size()) pieces.push_back(piece.subspan(skipped));
  };
  append(head.bytes());
  if (packed.empty()) {
    for (const Bytes piece : body) append(piece);
  } else {
    append(packed.bytes());
  }
  append(tail.bytes());
}

MessageBuilder::MessageBuilder(MessageOptions options, Random& random)
    : options_(std::move(options)), random_(random) {
  if (options_.compress != Compression::kNone) {
    packer_ = std::make_unique<Packer>(options_.compress);
  }
}

std::string MessageBuilder::NewId() {
  std::byte bytes[16];
  StoreBigEndian(bytes, random_.Next());
  StoreBigEndian(bytes + 8, random_.Next());
  return Base64(bytes);
}

Status MessageBuilder::Build(const Chunk& chunk, std::vector<std::unique_ptr<OutMessage>>& out) {
  for (const Piece& piece : chunk.pieces()) {
    const bool small = piece.entries.size() <= kMessageBytes && piece.count <= kMessageEvents;
    if (small || piece.count == 1) continue;
    // Seldom: every piece by itself, the large ones cut.
    for (const Piece& one : chunk.pieces()) {
      for (const Range& cut : Cuts(one)) {
        const Chunk part = chunk.Only({&cut, 1});
        out.push_back(std::make_unique<OutMessage>());
        RETURN_IF_ERROR(BuildOne(part, {&part.pieces().front()}, *out.back()));
      }
    }
    return OkStatus();
  }
  for (const Group& group : GroupByTag(chunk)) {
    out.push_back(std::make_unique<OutMessage>());
    RETURN_IF_ERROR(BuildOne(chunk, group.pieces, *out.back()));
  }
  return OkStatus();
}

Status MessageBuilder::BuildOne(const Chunk& chunk, const std::vector<const Piece*>& pieces,
                                OutMessage& message) {
  message.lane = chunk.lane();
  message.chunk = chunk;
  bool has_origin = false;
  for (const Piece* piece : pieces) has_origin = has_origin || !piece->origin.empty();
  std::vector<Run> origin;
  for (const Piece* piece : pieces) {
    const Range range{piece->first, piece->first + piece->count - 1};
    const bool touches = !message.ranges.empty() && message.ranges.back().last + 1 == range.first;
    if (touches) {
      message.ranges.back().last = range.last;
    } else {
      message.ranges.push_back(range);
    }
    message.events += piece->count;
    message.body.push_back(piece->entries);
    if (!has_origin) continue;
    if (piece->origin.empty()) origin.push_back({chunk.lane(), piece->first, piece->count});
    origin.insert(origin.end(), piece->origin.begin(), piece->origin.end());
  }
  return Finish(pieces.front()->tag->text(), chunk.settled(), origin, message);
}

Status MessageBuilder::Finish(std::string_view tag, Sequence settled,
                              const std::vector<Run>& origin, OutMessage& message) {
  size_t body_bytes = 0;
  if (packer_ != nullptr && !message.body.empty()) {
    RETURN_IF_ERROR(packer_->Pack(message.body, message.packed));
    body_bytes = message.packed.size();
  } else {
    for (const Bytes piece : message.body) body_bytes += piece.size();
  }
  MsgpackWriter head(message.head);
  head.ArrayHeader(3);
  head.String(tag);
  AppendBinaryHeader(body_bytes, message.head);

  if (options_.require_ack) message.id = NewId();
  const bool packed = !message.packed.empty();
  MsgpackWriter tail(message.tail);
  tail.MapHeader(2u + (packed ? 1u : 0u) + (message.id.empty() ? 0u : 1u));
  tail.String("size");
  tail.Uint(message.events);
  if (!message.id.empty()) {
    tail.String("chunk");
    tail.String(message.id);
  }
  if (packed) {
    tail.String("compressed");
    tail.String(CompressionName(options_.compress));
  }
  Hop hop;
  hop.lane = message.lane;
  hop.output = options_.output;
  hop.runs = message.ranges;
  hop.settled = settled;
  hop.origin = origin;
  hop.closed = message.closed;
  AppendHop(hop, tail);
  message.size = message.head.size() + body_bytes + message.tail.size();
  return OkStatus();
}

std::unique_ptr<OutMessage> MessageBuilder::BuildClosed(const std::vector<LaneId>& lanes) {
  auto message = std::make_unique<OutMessage>();
  message->lane = lanes.front();
  message->closed = lanes;
  (void)Finish(kClosedTag, 0, {}, *message);  // Without a body it cannot fail.
  return message;
}

}  // namespace andon::forward
