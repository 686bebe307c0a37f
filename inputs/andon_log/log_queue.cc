#include "inputs/andon_log/log_queue.h"

#include <utility>

namespace andon::andon_log {

namespace {

thread_local int t_emitting = 0;
constexpr size_t kMostBytes = size_t{1} << 20;

}  // namespace

LogQueue::Emitting::Emitting() { ++t_emitting; }
LogQueue::Emitting::~Emitting() { --t_emitting; }

LogQueue::LogQueue(const LogQueueOptions& options, const PluginContext& context,
                   std::function<void()> wake)
    : options_(options),
      hostname_(context.hostname),
      loop_(context.loop),
      ledger_(context.ledger),
      wake_(std::move(wake)) {}

const char* LogQueue::WhyNot(const LogEvent& event) {
  if (t_emitting > 0) return "recursion";
  if (waiting_.count() >= options_.events || waiting_.bytes() >= kMostBytes) return "overflow";
  if (event.time.seconds != second_) {
    second_ = event.time.seconds;
    in_second_ = 0;
  }
  return ++in_second_ > options_.rate ? "rate" : nullptr;
}

void LogQueue::Add(const LogEvent& event) {
  if (event.level < options_.level) return;
  MutexLock lock(mutex_);
  if (!wake_) return;
  ledger_.Received(1);
  if (const char* cause = WhyNot(event)) return ledger_.Dropped(cause, 1);
  RecordWriter record(waiting_, event.time);
  record.Field("host", hostname_);
  record.Field("level", LogLevelName(event.level));
  record.Field("part", event.part);
  record.Field("message", event.message);
  for (const LogField& field : event.fields) record.Field(field.key, field.value);
  if (event.suppressed > 0) record.FieldUint("suppressed", event.suppressed);
  record.Commit();
  if (!std::exchange(woken_, true)) loop_.Post([wake = wake_] { wake(); });
}

void LogQueue::Take(BatchBuilder* batch) {
  batch->Clear();
  MutexLock lock(mutex_);
  std::swap(*batch, waiting_);
  woken_ = false;
}

void LogQueue::Close() {
  MutexLock lock(mutex_);
  wake_ = nullptr;
}

}  // namespace andon::andon_log
