// What an output has not finished and what it will never get, in its gauge and its ledger.
#pragma once

#include <memory>
#include <string>

#include "core/base/mutex.h"
#include "core/journal/journal.h"
#include "core/metrics/metrics.h"
#include "core/plugin/part_ledger.h"

namespace andon {

// Told whenever the output has gone on, and before the metrics are read: who stands still goes on
// with nothing, and yet more comes for him, and some of it is lost. Thread: any.
class FlusherAccounts {
 public:
  // Cursor and ledger are used until Close.
  static std::shared_ptr<FlusherAccounts> Open(std::string id, OutputCursor& cursor,
                                               PartLedger& ledger, const MetricScope& metrics);
  FlusherAccounts(std::string id, OutputCursor& cursor, PartLedger& ledger, Gauge& held)
      : id_(std::move(id)), cursor_(&cursor), ledger_(ledger), held_(held) {}

  void Tell();
  void Close();

 private:
  const std::string id_;
  Mutex mutex_;
  OutputCursor* cursor_ GUARDED_BY(mutex_);  // Null: closed.
  PartLedger& ledger_;
  Gauge& held_;
  std::shared_ptr<void> before_render_;
};

}  // namespace andon
