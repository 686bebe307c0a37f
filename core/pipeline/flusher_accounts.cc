#include "core/pipeline/flusher_accounts.h"

#include <utility>

#include "core/base/log.h"

namespace andon {

std::shared_ptr<FlusherAccounts> FlusherAccounts::Open(std::string id, OutputCursor& cursor,
                                                       PartLedger& ledger,
                                                       const MetricScope& metrics) {
  auto accounts = std::make_shared<FlusherAccounts>(
      std::move(id), cursor, ledger,
      metrics.GetGauge("andon_events_held",
                       "events in the journal that the output has not finished"));
  accounts->before_render_ = metrics.registry().BeforeRender([weak = std::weak_ptr(accounts)] {
    if (const auto open = weak.lock()) open->Tell();
  });
  return accounts;
}

void FlusherAccounts::Tell() {
  MutexLock lock(mutex_);
  if (cursor_ == nullptr) return;
  const OutputCursor::Counts counts = cursor_->TakeCounts();
  if (counts.gap > 0) {
    ledger_.Dropped("overflow", counts.gap);
    LogWarn(id_, "events were dropped before they were delivered: the journal was full",
            {{"events", counts.gap}});
  }
  if (counts.damaged > 0) {
    ledger_.Dropped("damaged", counts.damaged);
    LogError(id_, "events are lost: the journal is damaged where they were",
             {{"events", counts.damaged}});
  }
  held_.Set(static_cast<double>(counts.held));
}

void FlusherAccounts::Close() {
  Tell();
  MutexLock lock(mutex_);
  cursor_ = nullptr;
}

}  // namespace andon
