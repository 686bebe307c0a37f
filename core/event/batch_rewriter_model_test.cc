// Random verdicts and changes against a model that decodes every record with msgpack-c, works on
// lists of strings and encodes again.
#include <gtest/gtest.h>
#include <msgpack.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/event/batch_rewriter.h"

namespace andon {
namespace {

using EventRun = andon::Run;  // Inside a test, Run is gtest's.

// A value by its encoding; a record as its fields in order.
using Fields = std::vector<std::pair<std::string, std::string>>;

std::string Encode(const msgpack_object& object) {
  msgpack_sbuffer buffer;
  msgpack_sbuffer_init(&buffer);
  msgpack_packer packer;
  msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
  EXPECT_EQ(msgpack_pack_object(&packer, object), 0);
  std::string text(buffer.data, buffer.size);
  msgpack_sbuffer_destroy(&buffer);
  return text;
}

struct Event {
  std::string tag;
  std::string time;
  Fields fields;
  LaneId lane;
  Sequence number = 0;  // 0: nobody knows yet.
  bool operator==(const Event&) const = default;
};

// Decodes a batch whole. The identities are spread over the events.
std::vector<Event> DecodeAll(std::string_view tag, Bytes entries,
                             std::span<const EventRun> origin) {
  std::vector<Event> events;
  msgpack_unpacked unpacked;
  msgpack_unpacked_init(&unpacked);
  size_t at = 0;
  const std::string_view text = AsText(entries);
  while (at < text.size()) {
    const auto result = msgpack_unpack_next(&unpacked, text.data(), text.size(), &at);
    EXPECT_TRUE(result == MSGPACK_UNPACK_SUCCESS || result == MSGPACK_UNPACK_EXTRA_BYTES);
    const msgpack_object_array& entry = unpacked.data.via.array;
    EXPECT_EQ(entry.size, 2u);
    Event event{std::string(tag), Encode(entry.ptr[0]), {}, {}};
    const msgpack_object_map& map = entry.ptr[1].via.map;
    for (uint32_t i = 0; i < map.size; ++i) {
      event.fields.emplace_back(Encode(map.ptr[i].key), Encode(map.ptr[i].val));
    }
    events.push_back(std::move(event));
  }
  msgpack_unpacked_destroy(&unpacked);
  size_t next = 0;
  for (const EventRun& run : origin) {
    for (uint32_t i = 0; i < run.count && next < events.size(); ++i, ++next) {
      events[next].lane = run.lane;
      events[next].number = run.first + i;
    }
  }
  EXPECT_TRUE(origin.empty() || next == events.size());
  return events;
}

std::string Text(std::string_view text) {
  ByteBuffer out;
  MsgpackWriter(out).String(text);
  return std::string(out.text());
}

struct Step {
  enum Kind { kSet, kRemove, kRename } kind;
  std::string key;
  std::string to;     // kRename
  std::string value;  // kSet: encoded.
};

// The rules of record_change.h, step by step over lists.
struct Wishes {
  Fields set;
  std::set<std::string> removed;
  std::vector<std::pair<std::string, std::string>> renamed;

  explicit Wishes(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      const std::string key = Text(step.key);
      if (step.kind == Step::kRename && step.key == step.to) continue;
      removed.erase(key);
      if (step.kind != Step::kRename) Erase(set, key);
      if (step.kind != Step::kSet) Erase(renamed, key);
      if (step.kind == Step::kSet) set.emplace_back(key, step.value);
      if (step.kind == Step::kRemove) removed.insert(key);
      if (step.kind == Step::kRename) renamed.emplace_back(key, Text(step.to));
    }
  }
  static void Erase(Fields& fields, const std::string& key) {
    std::erase_if(fields, [&](const auto& field) { return field.first == key; });
  }
};

const std::string* Find(const Fields& fields, const std::string& key) {
  for (const auto& field : fields) {
    if (field.first == key) return &field.second;
  }
  return nullptr;
}

// Forgets renames of what is not there. Returns, by new name, the old name that gets it in the end.
std::map<std::string, std::string> KeepRenames(Wishes& wishes, const Fields& fields, bool clear) {
  std::erase_if(wishes.renamed,
                [&](const auto& rename) { return clear || !Find(fields, rename.first); });
  std::map<std::string, std::string> winners;
  for (const auto& [from, to] : wishes.renamed) winners[to] = from;
  return winners;
}

Fields Apply(const Fields& fields, const std::vector<Step>& steps, bool clear) {
  Wishes wishes(steps);
  std::map<std::string, std::string> winners = KeepRenames(wishes, fields, clear);
  Fields out;
  std::set<std::string> done;
  const auto put_set = [&](const std::string& key) {
    if (done.insert(key).second) out.emplace_back(key, *Find(wishes.set, key));
  };
  for (const auto& [key, value] : fields) {
    const std::string* const to = Find(wishes.renamed, key);
    if (to != nullptr && winners[*to] != key) continue;
    const std::string& name = to != nullptr ? *to : key;
    const bool stays = !clear && wishes.removed.count(key) == 0 && winners.count(key) == 0;
    if (Find(wishes.set, name)) {
      put_set(name);
    } else if (to != nullptr || stays) {
      out.emplace_back(name, value);
    }
  }
  for (const auto& [key, value] : wishes.set) put_set(key);
  return out;
}

class ModelTest : public testing::TestWithParam<uint64_t> {
 protected:
  std::string Key() { return "k" + std::to_string(random_->Below(8)); }

  std::vector<Step> Steps() {
    std::vector<Step> steps;
    for (uint64_t left = random_->Below(5); left > 0; --left) {
      const auto kind = static_cast<Step::Kind>(random_->Below(3));
      steps.push_back({kind, Key(), Key(), Text(std::string(random_->Below(50), 'v'))});
    }
    return steps;
  }

  void MakeBatch() {
    builder_.Clear();
    origin_.clear();
    const uint64_t count = random_->Below(30);
    for (uint64_t i = 0; i < count; ++i) {
      RecordWriter record(builder_, {static_cast<uint32_t>(random_->Below(1000)), 5});
      for (uint64_t left = random_->Below(random_->Below(5) == 0 ? 40 : 6); left > 0; --left) {
        record.Field(Key(), static_cast<int64_t>(random_->Below(1'000'000)));
      }
      record.BeginMap("nested");
      record.Field(Key(), Key());
      record.End();
      record.Commit();
    }
    if (random_->Below(2) == 0) return;
    for (uint64_t left = count; left > 0;) {
      const uint64_t some = 1 + random_->Below(left);
      origin_.push_back(
          {{1, random_->Below(3)}, 1 + random_->Below(1'000'000), static_cast<uint32_t>(some)});
      left -= some;
    }
  }

  void Change(RecordPatch given, Event event) {
    const std::vector<Step> steps = Steps();
    RecordPatch patch(std::move(given));  // Applied before the keys that it borrows are gone.
    const bool clear = random_->Below(8) == 0;
    for (const Step& step : steps) {
      if (step.kind == Step::kSet) patch.Set(step.key, ValueView(AsBytes(step.value)));
      if (step.kind == Step::kRemove) patch.Remove(step.key);
      if (step.kind == Step::kRename) patch.Rename(step.key, step.to);
    }
    if (clear) patch.Clear();
    if (random_->Below(4) == 0) {
      const EventTime time{static_cast<uint32_t>(random_->Below(2000)), 6};
      patch.Time(time);
      ByteBuffer encoded;
      MsgpackWriter(encoded).Time(time);
      event.time = encoded.text();
    }
    event.fields = Apply(event.fields, steps, clear);
    expected_[event.tag].push_back(std::move(event));
  }

  void Judge(const EntryView& entry, Event event) {
    const Tag& tag = *tags_[random_->Below(tags_.size())];
    switch (random_->Below(6)) {
      case 0:
        ++dropped_;
        return rewriter_.Drop(entry);
      case 1:
        failed_.push_back(event);
        return rewriter_.Fail(entry, "reason " + event.time);
      case 2:
        Change(rewriter_.Change(entry), std::move(event));
        return;
      case 3:
        event.tag = tag.text();
        Change(rewriter_.ChangeAndRetag(entry, tag), std::move(event));
        return;
      case 4:
        event.tag = tag.text();
        expected_[event.tag].push_back(std::move(event));
        return rewriter_.Retag(entry, tag);
      default:
        expected_[event.tag].push_back(std::move(event));
        return rewriter_.Keep(entry);
    }
  }

  void RunOnce() {
    MakeBatch();
    expected_.clear();
    failed_.clear();
    dropped_ = 0;
    EventBatch in = builder_.Batch(*tags_[0]);
    in.origin = origin_;
    const auto events = DecodeAll(in.tag.text(), in.entries, origin_);
    rewriter_.Begin(in);
    size_t index = 0;
    const size_t stop = random_->Below(3) == 0 ? random_->Below(events.size() + 1) : events.size();
    for (EntryIterator it(in.entries); index < stop; it.Next(), ++index) Judge(*it, events[index]);
    if (index < events.size()) {
      for (; index < events.size(); ++index) expected_["in"].push_back(events[index]);
      rewriter_.KeepRest();
    }
    Compare(rewriter_.Finish());
  }

  void Compare(const BatchRewriter::Outcome& outcome) {
    uint32_t kept = 0;
    for (size_t i = 0; i < outcome.batches.size(); ++i) {
      const EventBatch& batch = outcome.batches[i];
      ASSERT_TRUE(i == 0 || &batch.tag != tags_[0].get());  // The input's tag comes first.
      const auto& expected = expected_[std::string(batch.tag.text())];
      ASSERT_EQ(DecodeAll(batch.tag.text(), batch.entries, batch.origin), expected);
      ASSERT_EQ(batch.count, expected.size());
      ASSERT_GT(batch.count, 0u);
      kept += batch.count;
      TimeRange times;
      for (EntryIterator it(batch.entries); !it.done(); it.Next()) times.Add(it->time);
      ASSERT_EQ(times.earliest, batch.times.earliest);
      ASSERT_EQ(times.latest, batch.times.latest);
    }
    size_t expected_kept = 0;
    for (const auto& [tag, events] : expected_) expected_kept += events.size();
    ASSERT_EQ(kept, expected_kept);
    ASSERT_EQ(outcome.kept, kept);
    ASSERT_EQ(outcome.dropped, dropped_);
    ASSERT_EQ(outcome.failures.size(), failed_.size());
    for (size_t i = 0; i < failed_.size(); ++i) {
      const auto& failure = outcome.failures[i];
      const bool known = failure.identity.count > 0;
      const std::vector<EventRun> origin(known ? 1 : 0, failure.identity);
      ASSERT_EQ(DecodeAll("in", failure.entry, origin)[0], failed_[i]);
      ASSERT_EQ(failure.reason, "reason " + failed_[i].time);
    }
  }

  std::unique_ptr<Random> random_ = SeededRandom(GetParam());
  std::vector<std::unique_ptr<Tag>> tags_ = [] {
    std::vector<std::unique_ptr<Tag>> tags;
    for (const char* text : {"in", "a", "b", "c"}) tags.push_back(std::make_unique<Tag>(text));
    return tags;
  }();
  BatchBuilder builder_;
  std::vector<EventRun> origin_;
  BatchRewriter rewriter_;  // One for all batches, as in a filter chain.
  std::map<std::string, std::vector<Event>> expected_;
  std::vector<Event> failed_;
  uint32_t dropped_ = 0;
};

TEST_P(ModelTest, TheRewriterDoesWhatTheModelDoes) {
  for (int i = 0; i < 100 && !HasFatalFailure(); ++i) {
    SCOPED_TRACE(i);
    RunOnce();
  }
}
INSTANTIATE_TEST_SUITE_P(BatchRewriter, ModelTest, testing::Range(uint64_t{0}, uint64_t{30}));

}  // namespace
}  // namespace andon
