#include "core/app/replay_command.h"

#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "core/app/event_text.h"
#include "core/base/random.h"
#include "core/base/uuid.h"
#include "core/config/quantity_text.h"
#include "core/journal/journal_reader.h"

namespace andon {
namespace {

constexpr int kIncomplete = 1;
constexpr int kUnreadable = 2;

EventTime Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return EventTimeFromNanoseconds(std::chrono::duration_cast<Duration>(now).count());
}

// The pieces of a record that are wanted, with all that they borrow.
struct WantedPieces {
  std::vector<Piece> pieces;
  std::vector<std::shared_ptr<const void>> pins;
};

// Walks the journal for the events that are wanted.
class Selector : public JournalVisitor {
 public:
  Selector(EventSelection selection, std::ostream& err)
      : selection_(std::move(selection)), err_(err) {}

  Status OnRecord(const JournalRecord& record) override {
    const journal::StoredRecord& stored = *record.stored;
    if (stored.kind() != journal::RecordKind::kEvents || stored.count() == 0) return OkStatus();
    if (!selection_.WantsTag(stored.tag())) return OkStatus();
    Piece whole;
    whole.tag = &TagOf(stored.tag());
    whole.entries = record.entries;
    whole.count = stored.count();
    whole.first = stored.first();
    whole.origin = stored.origin();
    whole.times = stored.times();
    WantedPieces wanted{selection_.Select(whole), {record.pin}};
    if (wanted.pieces.empty()) return OkStatus();
    for (Piece& piece : wanted.pieces) CutOrigin(whole, &piece, &wanted.pins);
    return OnPieces(record.lane, std::move(wanted));
  }
  void OnDamage(const JournalSegment& segment, const journal::DamagedRange& range) override {
    damaged_ = true;
    err_ << segment.path << ": bytes " << range.first << " to " << range.end - 1 << ": "
         << range.reason << "\n";
  }
  bool damaged() const { return damaged_; }

  virtual Status OnPieces(const LaneId& lane, WantedPieces wanted) = 0;
  virtual Status Finish() = 0;

 private:
  const Tag& TagOf(std::string_view text) {
    auto& tag = tags_[std::string(text)];
    if (tag == nullptr) tag = std::make_unique<Tag>(std::string(text));
    return *tag;
  }
  // Identities of a part of what had them.
  static void CutOrigin(const Piece& whole, Piece* piece,
                        std::vector<std::shared_ptr<const void>>* pins) {
    if (whole.origin.empty() || piece->count == whole.count) return;
    auto runs = std::make_shared<std::vector<Run>>();
    journal::CutRuns(whole.origin, piece->first - whole.first, piece->count, *runs);
    piece->origin = *runs;
    pins->push_back(std::move(runs));
  }

  EventSelection selection_;
  std::ostream& err_;
  std::map<std::string, std::unique_ptr<Tag>> tags_;
  bool damaged_ = false;
};

// To stdout, as JSON lines.
class PrintingSelector : public Selector {
 public:
  PrintingSelector(EventSelection selection, bool identities, std::ostream& out, std::ostream& err)
      : Selector(std::move(selection), err), identities_(identities), out_(out) {}

  Status OnPieces(const LaneId& lane, WantedPieces wanted) override {
    for (const Piece& piece : wanted.pieces) {
      uint32_t index = 0;
      for (EntryIterator it(piece.entries); !it.done(); it.Next(), ++index) {
        const std::string id = identities_ ? Identity(lane, piece, index) : "";
        AppendEventLine(piece.tag->text(), *it, id, buffer_);
      }
    }
    constexpr size_t kFlushBytes = size_t{1} << 20;
    return buffer_.size() >= kFlushBytes ? Finish() : OkStatus();
  }
  Status Finish() override {
    out_.write(buffer_.text().data(), static_cast<std::streamsize>(buffer_.size()));
    out_.flush();
    buffer_.Clear();
    return out_.good() ? OkStatus() : Unavailable("stdout: cannot be written any more");
  }

 private:
  static std::string Identity(const LaneId& lane, const Piece& piece, uint32_t index) {
    if (piece.origin.empty()) return ToString(lane) + ":" + std::to_string(piece.first + index);
    uint64_t skip = index;
    for (const Run& run : piece.origin) {
      if (skip < run.count) return ToString(run.lane) + ":" + std::to_string(run.first + skip);
      skip -= run.count;
    }
    return {};
  }

  const bool identities_;
  std::ostream& out_;
  ByteBuffer buffer_;
};

// To an output, in chunks of neighbours of one lane.
class SendingSelector : public Selector {
 public:
  SendingSelector(EventSelection selection, ReplayTarget& target, bool new_identity,
                  std::ostream& err)
      : Selector(std::move(selection), err), target_(target) {
    if (new_identity) new_lane_ = MakeUuid(SystemRandom());
  }

  Status OnPieces(const LaneId& lane, WantedPieces wanted) override {
    size_t bytes = 0;
    for (const Piece& piece : wanted.pieces) bytes += piece.entries.size();
    const LaneId chunk_lane = new_lane_.value_or(lane);
    const bool full = bytes_ > 0 && bytes_ + bytes > target_.chunk_bytes();
    if (full || chunk_lane != parts_.lane) RETURN_IF_ERROR(Finish());
    parts_.lane = chunk_lane;
    bytes_ += bytes;
    for (Piece& piece : wanted.pieces) {
      if (new_lane_.has_value()) {
        piece.first = std::exchange(next_, next_ + piece.count);
        piece.origin = {};
      }
      parts_.pieces.push_back(piece);
    }
    for (auto& pin : wanted.pins) parts_.pins.push_back(std::move(pin));
    return OkStatus();
  }
  Status Finish() override {
    Chunk::Parts parts = std::exchange(parts_, {});
    bytes_ = 0;
    if (parts.pieces.empty()) return OkStatus();
    parts.window = {parts.pieces.front().first,
                    parts.pieces.back().first + parts.pieces.back().count - 1};
    return target_.Deliver(Chunk(std::move(parts)));
  }

 private:
  ReplayTarget& target_;
  std::optional<LaneId> new_lane_;
  Sequence next_ = 1;
  Chunk::Parts parts_;
  size_t bytes_ = 0;
};

Status WalkAll(JournalReader& reader, Selector& selector) {
  for (const JournalSegment& segment : reader.segments()) {
    if (segment.unusable.empty()) RETURN_IF_ERROR(reader.Walk(segment, selector));
  }
  return selector.Finish();
}

int Fail(const Status& status, int exit_status, std::ostream& err) {
  err << "andon journal replay: " << status.message() << "\n";
  return exit_status;
}

int Send(const ReplayOptions& options, JournalReader& reader, EventSelection selection,
         std::ostream& err) {
  auto factory = ReadReplayOutput(options.target);
  if (!factory.ok()) return Fail(factory.status(), kUnreadable, err);
  ReplayTarget target((*factory)(), options.target.give_up_after);
  const Status prepared = target.Prepare();
  if (!prepared.ok()) return Fail(prepared, kIncomplete, err);
  SendingSelector selector(std::move(selection), target, options.new_identity, err);
  const Status status = WalkAll(reader, selector);
  err << "andon journal replay: " << CountText(target.delivered()) << " events delivered";
  if (target.rejected() > 0) {
    err << ", " << CountText(target.rejected())
        << " rejected, the first because: " << target.first_rejection();
  }
  err << "\n";
  if (!status.ok()) return Fail(status, kIncomplete, err);
  return target.rejected() > 0 || selector.damaged() ? kIncomplete : 0;
}

}  // namespace

int RunReplay(const ReplayOptions& options, std::ostream& out, std::ostream& err) {
  auto selection = EventSelection::Make(options.selection, Now());
  if (!selection.ok()) return Fail(selection.status(), kUnreadable, err);
  ReplayOptions complete = options;
  auto patience = ParseDuration(options.give_up_after);
  if (!patience.ok()) {
    return Fail(patience.status().WithSubject("--give-up-after"), kUnreadable, err);
  }
  complete.target.give_up_after = *patience;
  auto reader = JournalReader::Open(RealFileSystem(), options.directory);
  if (!reader.ok()) return Fail(reader.status(), kUnreadable, err);
  if (!options.target.address.empty() || !options.target.file.empty()) {
    return Send(complete, *reader, *std::move(selection), err);
  }
  PrintingSelector selector(*std::move(selection), options.identities, out, err);
  const Status status = WalkAll(*reader, selector);
  if (!status.ok()) return Fail(status, kIncomplete, err);
  return selector.damaged() ? kIncomplete : 0;
}

}  // namespace andon
