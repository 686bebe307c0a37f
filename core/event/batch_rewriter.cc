#include "core/event/batch_rewriter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/check.h"
#include "core/event/record_change.h"

namespace andon {
namespace {

// What a group's buffer may hold on to between batches.
constexpr size_t kMaxIdleBytes = size_t{4} << 20;

}  // namespace

// What goes on under one tag.
struct BatchRewriter::Group {
  const Tag* tag = nullptr;
  uint32_t count = 0;
  TimeRange times;
  std::vector<Run> origin;
  ByteBuffer copied;
  Bytes kept;  // Neighbours in the input, behind what is copied.

  void Begin(const Tag* its_tag) {
    tag = its_tag;
    count = 0;
    times = {};
    origin.clear();
    copied.Clear();
    if (copied.capacity() > kMaxIdleBytes) copied.Release();
    kept = {};
  }
  void Keep(Bytes entries) {
    if (!kept.empty() && kept.data() + kept.size() == entries.data()) {
      kept = Bytes(kept.data(), kept.size() + entries.size());
      return;
    }
    Flush();
    kept = entries;
  }
  void Flush() {
    copied.Append(kept);
    kept = {};
  }
  Bytes Entries() {
    if (copied.empty()) return kept;
    Flush();
    return copied.bytes();
  }
  void AddOrigin(const Run& run) {
    if (run.count == 0) return;
    if (!origin.empty()) {
      Run& last = origin.back();
      const bool goes_on = last.lane == run.lane && last.first + last.count == run.first;
      if (goes_on && last.count <= UINT32_MAX - run.count) {
        last.count += run.count;
        return;
      }
    }
    origin.push_back(run);
  }
};

struct BatchRewriter::State {
  std::optional<EventBatch> in;
  uint32_t judged = 0;              // Entries that have their verdict.
  const std::byte* next = nullptr;  // The first that has none.
  size_t run = 0;                   // The origin run of that one, and how far into it.
  uint32_t run_used = 0;

  std::vector<std::unique_ptr<Group>> groups;  // The first `used`; [0] has the input's tag.
  size_t used = 0;
  size_t last_group = 0;

  RecordChange change;
  Group* changed_group = nullptr;  // While a RecordPatch is open.
  Run changed_identity;
  Outcome outcome;

  Group& AddGroup(const Tag* tag) {
    if (used == groups.size()) groups.push_back(std::make_unique<Group>());
    groups[used]->Begin(tag);
    last_group = used;
    return *groups[used++];
  }

  Group& GroupOf(const Tag& tag) {
    if (groups[last_group]->tag == &tag) return *groups[last_group];
    for (size_t i = 0; i < used; ++i) {
      if (groups[i]->tag != &tag) continue;
      last_group = i;
      return *groups[i];
    }
    return AddGroup(&tag);
  }

  // Moves on by one entry; returns who it is, count 0 where nobody knows yet.
  Run Judge(const EntryView& entry) {
    CHECK(changed_group == nullptr);
    CHECK(entry.bytes.data() == next);
    next += entry.bytes.size();
    ++judged;
    if (in->origin.empty()) return {};
    return TakeOrigin(1);
  }

  // The next `most` identities or fewer: those of one run.
  Run TakeOrigin(uint32_t most) {
    while (run < in->origin.size() && in->origin[run].count == 0) ++run;
    CHECK(run < in->origin.size());
    const Run& from = in->origin[run];
    const Run taken{from.lane, from.first + run_used, std::min(most, from.count - run_used)};
    run_used += taken.count;
    if (run_used == from.count) {
      ++run;
      run_used = 0;
    }
    return taken;
  }

  Bytes Rest() const {
    const std::byte* const end = in->entries.data() + in->entries.size();
    return {next, static_cast<size_t>(end - next)};
  }

  void ApplyChange() {
    Group& group = *std::exchange(changed_group, nullptr);
    group.Flush();
    change.WriteTo(group.copied);
    ++group.count;
    group.times.Add(change.time());
    group.AddOrigin(changed_identity);
    ++outcome.kept;
  }
};

RecordPatch::~RecordPatch() {
  if (rewriter_ != nullptr) rewriter_->state_->ApplyChange();
}
void RecordPatch::Time(EventTime time) { rewriter_->state_->change.Time(time); }
void RecordPatch::Set(std::string_view key, std::string_view text) {
  rewriter_->state_->change.Set(key, text);
}
void RecordPatch::Set(std::string_view key, int64_t number) {
  rewriter_->state_->change.Set(key, number);
}
void RecordPatch::Set(std::string_view key, ValueView value) {
  rewriter_->state_->change.Set(key, value);
}
void RecordPatch::Remove(std::string_view key) { rewriter_->state_->change.Remove(key); }
void RecordPatch::Rename(std::string_view from, std::string_view to) {
  rewriter_->state_->change.Rename(from, to);
}
void RecordPatch::Clear() { rewriter_->state_->change.Clear(); }

BatchRewriter::BatchRewriter() : state_(std::make_unique<State>()) {}
BatchRewriter::~BatchRewriter() = default;

void BatchRewriter::Keep(const EntryView& entry) { Retag(entry, state_->in->tag); }

void BatchRewriter::Retag(const EntryView& entry, const Tag& tag) {
  const Run identity = state_->Judge(entry);
  Group& group = state_->GroupOf(tag);
  group.Keep(entry.bytes);
  ++group.count;
  group.times.Add(entry.time);
  group.AddOrigin(identity);
  ++state_->outcome.kept;
}

void BatchRewriter::Drop(const EntryView& entry) {
  state_->Judge(entry);
  ++state_->outcome.dropped;
}

RecordPatch BatchRewriter::Change(const EntryView& entry) {
  return ChangeAndRetag(entry, state_->in->tag);
}

RecordPatch BatchRewriter::ChangeAndRetag(const EntryView& entry, const Tag& tag) {
  state_->changed_identity = state_->Judge(entry);
  state_->changed_group = &state_->GroupOf(tag);
  state_->change.Begin(entry);
  return RecordPatch(this);
}

void BatchRewriter::Fail(const EntryView& entry, std::string_view reason) {
  const Run identity = state_->Judge(entry);
  state_->outcome.failures.push_back({entry.bytes, entry.time, std::string(reason), identity});
}

void BatchRewriter::KeepRest() {
  State& state = *state_;
  CHECK(state.changed_group == nullptr);
  const uint32_t count = state.in->count - state.judged;
  if (count == 0) return;
  Group& group = state.GroupOf(state.in->tag);
  if (state.judged == 0) {
    group.times.Add(state.in->times);
  } else {
    for (EntryIterator it(state.Rest()); !it.done(); it.Next()) group.times.Add(it->time);
  }
  group.Keep(state.Rest());
  group.count += count;
  state.outcome.kept += count;
  for (uint32_t left = state.in->origin.empty() ? 0 : count; left > 0;) {
    const Run run = state.TakeOrigin(left);
    group.AddOrigin(run);
    left -= run.count;
  }
  state.next += state.Rest().size();
  state.judged += count;
}

void BatchRewriter::DropRest() {
  State& state = *state_;
  CHECK(state.changed_group == nullptr);
  state.outcome.dropped += state.in->count - state.judged;
  state.next += state.Rest().size();
  state.judged = state.in->count;
}

void BatchRewriter::Begin(const EventBatch& in) {
  State& state = *state_;
  state.in.emplace(in);
  state.judged = 0;
  state.next = in.entries.data();
  state.run = 0;
  state.run_used = 0;
  state.used = 0;
  state.changed_group = nullptr;
  state.outcome.batches.clear();
  state.outcome.failures.clear();
  state.outcome.kept = 0;
  state.outcome.dropped = 0;
  state.AddGroup(&in.tag);
}

const BatchRewriter::Outcome& BatchRewriter::Finish() {
  State& state = *state_;
  CHECK(state.in.has_value());
  CHECK(state.changed_group == nullptr);
  CHECK(state.judged == state.in->count);
  for (size_t i = 0; i < state.used; ++i) {
    Group& group = *state.groups[i];
    if (group.count == 0) continue;
    state.outcome.batches.push_back(
        {*group.tag, group.Entries(), group.count, group.times, group.origin});
  }
  return state.outcome;
}

}  // namespace andon
