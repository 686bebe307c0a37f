// One PackedForward message on its way out: header and option of its own, entries where the journal
// has them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/event/chunk.h"
#include "core/forward/compression.h"

namespace andon::forward {

struct OutMessage {
  uint64_t job = 0;  // The Write that it belongs to; 0: none.
  LaneId lane;
  std::vector<Range> ranges;  // The lane's numbers in it.
  uint64_t events = 0;
  std::vector<LaneId> closed;  // Lanes that it announces as closed.
  std::string id;              // To be acknowledged; empty when no answer is asked for.

  ByteBuffer head;
  std::vector<Bytes> body;
  ByteBuffer packed;  // The body, when it is compressed.
  ByteBuffer tail;
  std::optional<Chunk> chunk;  // Pins the body.
  size_t size = 0;
  size_t written = 0;
  MonotonicTime sent_at{};

  // The server may have it.
  bool sent() const { return written == size; }
  // What is still to be written, up to `most` pieces behind those that are there.
  void AppendRest(std::vector<Bytes>& pieces) const;
};

struct MessageOptions {
  std::string output;  // The output's id, part of the numbers' name.
  Compression compress = Compression::kNone;
  bool require_ack = true;
};

// Thread: output. One per output.
class MessageBuilder {
 public:
  MessageBuilder(MessageOptions options, Random& random);

  // One message a tag; more where one would have more than 4 MiB of entries. Appends to `out`.
  // kRejected when the entries cannot be packed.
  Status Build(const Chunk& chunk, std::vector<std::unique_ptr<OutMessage>>& out);
  // A message without entries, which announces closed lanes.
  std::unique_ptr<OutMessage> BuildClosed(const std::vector<LaneId>& lanes);

 private:
  Status BuildOne(const Chunk& chunk, const std::vector<const Piece*>& pieces, OutMessage& message);
  Status Finish(std::string_view tag, Sequence settled, const std::vector<Run>& origin,
                OutMessage& message);
  std::string NewId();

  const MessageOptions options_;
  Random& random_;
  std::unique_ptr<Packer> packer_;
};

}  // namespace andon::forward
