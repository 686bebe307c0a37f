// JSON as some senders speak it: [tag, time, record, option] and so on, one document behind the
// other. Each becomes the same message in msgpack.
#pragma once

#include <memory>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/batch_builder.h"
#include "core/forward/decoder.h"
#include "core/plugin/parser.h"

namespace andon::forward {

// Thread: worker. One per worker.
class JsonMessages {
 public:
  JsonMessages();
  // The message in `document`, or null when it is none, or when andon was built without the parser
  // "json". Valid until the next call.
  Message* Read(std::string_view document);

 private:
  std::unique_ptr<Parser> parser_;
  ByteBuffer text_;
  BatchBuilder batch_;
  ByteBuffer message_;
  Decoder decoder_;
};

}  // namespace andon::forward
