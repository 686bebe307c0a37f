// Outputs that are not configured any more: their cursors are kept for a while, by the journal's
// own clock.
#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/journal/committer.h"

namespace andon::journal {

namespace {

constexpr Duration kCountAbsenceEvery = std::chrono::minutes(10);

}  // namespace

void Committer::Forget(uint32_t cursor) {
  forgotten_.push_back(cursor);
  // What waits for another try must not bring it back.
  if (failed_.has_value())
    std::erase_if(failed_->cursors,
                  [&](const CursorState& state) { return state.number == cursor; });
}

void Committer::RoutingBegan() {
  for (const auto& cursor : cursors_->All()) cursor->RoutingBegan();
  RequestCommit();
}

void Committer::CountAbsence(const LogTime& time) {
  const uint64_t more = time.clock_ns - std::min(time.clock_ns, absence_counted_to_);
  absence_counted_to_ = time.clock_ns;
  const auto retain = static_cast<uint64_t>(options_.retain_cursor.count());
  bool some_away = false;
  for (const auto& cursor : cursors_->All()) {
    const auto state = state_.cursors.find(cursor->number());
    if (state == state_.cursors.end()) continue;
    uint64_t& absent = state->second.absent_ns;
    absent = cursor->attached() ? 0 : absent + more;
    some_away = some_away || !cursor->attached();
    if (absent <= retain || absent == 0) continue;
    LogWarn("journal", "cursor of an output that is gone is given up",
            {{"output", state->second.id}, {"events", cursor->counts().held}});
    cursors_->Forget(state->second.id);
    Forget(cursor->number());
    state_.routed.erase(cursor->number());
    state_.cursors.erase(state);
  }
  if (some_away) CountAbsenceLater();
}

// Where inputs are held back there may be no other commit that would count.
void Committer::CountAbsenceLater() {
  if (absence_armed_) return;
  absence_armed_ = true;
  const Duration after = std::min(kCountAbsenceEvery, options_.retain_cursor / 8);
  absence_timer_ = loop_.After(std::max(after, Duration(kRetryAfter)), [this] {
    absence_armed_ = false;
    store_absence_ = true;
    if (over_size_) TellWhoHolds();
    RequestCommit();
  });
}

// The journal is full: who is away and keeps it so.
void Committer::TellWhoHolds() {
  for (const auto& cursor : cursors_->All()) {
    const uint64_t held = cursor->counts().held;
    const auto state = state_.cursors.find(cursor->number());
    // Who begins with the oldest keeps also what was never routed to him.
    const bool keeps = held > 0 || cursor->resume().segment < log_.end().segment;
    if (cursor->attached() || !keeps || state == state_.cursors.end()) continue;
    const auto absent = Duration(static_cast<Duration::rep>(state->second.absent_ns));
    const Duration left = options_.retain_cursor - std::min(absent, options_.retain_cursor);
    LogWarn("journal",
            "the journal is full, and an output that is not configured any more keeps events in "
            "it: configure it again or wait until they are given up",
            {{"output", state->second.id},
             {"events", held},
             {"given_up_in_minutes", std::chrono::ceil<std::chrono::minutes>(left).count()},
             {"option", "retain_cursor"}});
  }
}

}  // namespace andon::journal
