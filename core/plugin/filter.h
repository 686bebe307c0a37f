// What a filter is: a pure function over batches.
#pragma once

#include "core/base/status.h"
#include "core/event/batch_rewriter.h"
#include "core/plugin/context.h"

namespace andon {

// One instance per worker, before the journal. No I/O, no clock, no events held over.
class Filter {
 public:
  virtual ~Filter() = default;
  // What depends on the place: host name, tags to intern. Most filters need none of it.
  virtual Status Prepare(const PluginContext& /*context*/) { return OkStatus(); }
  // One virtual call per batch. Each entry gets exactly one verdict, in order (CHECKed): that is
  // how the ledger adds up. `tags` is the worker's, for Retag.
  virtual void Apply(const EventBatch& in, TagTable& tags, BatchRewriter& out) = 0;
};

}  // namespace andon
