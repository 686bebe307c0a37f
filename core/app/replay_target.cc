#include "core/app/replay_target.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/config/config_node.h"
#include "core/config/yaml_quote.h"
#include "core/event/run_set.h"

namespace andon {
namespace {

constexpr Duration kFirstWait = std::chrono::milliseconds(100);
constexpr Duration kLongestWait = std::chrono::seconds(5);

std::string AllProblems(const Config& config) {
  std::string all;
  for (const Problem& problem : config.problems()) {
    if (!all.empty()) all += '\n';
    all += problem.ToString();
  }
  return all;
}

std::shared_ptr<Config> LoadOutput(const ReplayTargetOptions& options) {
  if (!options.file.empty()) return Config::Load(options.file);
  return Config::FromText(
      "{type: forward, servers: [{address: " + YamlQuoted(options.address) + "}]}", "--to");
}

// The output's answer to one Write. Destroyed unanswered it says so: nobody waits for ever.
class Answer {
 public:
  Answer(RunnableLoop& loop, std::optional<WriteResult>* result) : loop_(&loop), result_(result) {}
  Answer(Answer&& other) noexcept
      : loop_(other.loop_), result_(std::exchange(other.result_, nullptr)) {}
  Answer& operator=(Answer&&) = delete;
  ~Answer() {
    if (result_ == nullptr) return;
    WriteResult none;
    none.status = Unavailable("the output gave no answer");
    Give(std::move(none));
  }
  void operator()(WriteResult result) { Give(std::move(result)); }

 private:
  // On whatever thread the output answers.
  void Give(WriteResult result) {
    loop_->Post(
        [loop = loop_, to = std::exchange(result_, nullptr), result = std::move(result)]() mutable {
          *to = std::move(result);
          loop->Quit();
        });
  }
  RunnableLoop* loop_;
  std::optional<WriteResult>* result_;
};

// What must be written once more.
std::vector<Range> Remaining(const Chunk& chunk, const WriteResult& result) {
  if (result.status.code() != StatusCode::kUnavailable) return result.again;
  RunSet rejected;
  for (const Rejection& rejection : result.rejected) {
    rejected.Add(Range{rejection.event, rejection.event});
  }
  std::vector<Range> remaining;
  for (const Piece& piece : chunk.pieces()) {
    const Range all{piece.first, piece.first + piece.count - 1};
    for (const Range& range : rejected.Missing(all)) remaining.push_back(range);
  }
  return remaining;
}

uint64_t EventsIn(const std::vector<Range>& ranges) {
  uint64_t events = 0;
  for (const Range& range : ranges) events += range.last - range.first + 1;
  return events;
}

}  // namespace

Result<Factory<Output>> ReadReplayOutput(const ReplayTargetOptions& options) {
  const auto config = LoadOutput(options);
  // What is the pipeline's may stand there: the lines are copied out of a configuration.
  for (const char* key : {"id", "match", "start", "chunk", "retry"}) (void)config->root().Get(key);
  auto factory = ParsePlugin<Output>(config->root());
  if (!config->ok()) return InvalidConfig(AllProblems(*config));
  return factory;
}

ReplayTarget::ReplayTarget(std::unique_ptr<Output> output, Duration give_up_after)
    : give_up_after_(give_up_after),
      context_("replay", ""),
      loop_(context_.loop()),
      output_(std::move(output)) {}

ReplayTarget::~ReplayTarget() {
  if (started_) {
    output_->Stop([this] { loop_.Quit(); });
    loop_.Run();
  }
  output_.reset();
}

Status ReplayTarget::Prepare() {
  ASSIGN_OR_RETURN(limits_, output_->Prepare(context_.output()));
  output_->Start();
  started_ = true;
  return OkStatus();
}

WriteResult ReplayTarget::Write(const Chunk& chunk) {
  std::optional<WriteResult> answer;
  output_->Write(chunk, Answer(loop_, &answer));
  while (!answer.has_value()) loop_.Run();
  return *std::move(answer);
}

void ReplayTarget::Wait(Duration delay) {
  const auto timer = loop_.After(delay, [this] { loop_.Quit(); });
  loop_.Run();
}

void ReplayTarget::CountRejected(uint64_t events, std::string_view reason) {
  if (events > 0 && rejected_ == 0) first_rejection_ = std::string(reason);
  rejected_ += events;
}

std::vector<Range> ReplayTarget::Count(const Chunk& chunk, const WriteResult& result) {
  std::vector<Range> remaining = Remaining(chunk, result);
  const uint64_t left = result.rejected.size() + EventsIn(remaining);
  const uint64_t done = chunk.events() - std::min(chunk.events(), left);
  if (!result.rejected.empty()) {
    CountRejected(result.rejected.size(), result.rejected.front().reason);
  }
  if (result.status.ok()) delivered_ += done;
  if (result.status.code() == StatusCode::kRejected) CountRejected(done, result.status.message());
  return remaining;
}

Status ReplayTarget::Deliver(Chunk chunk) {
  MonotonicTime begin = loop_.Now();
  Duration wait = kFirstWait;
  while (true) {
    const WriteResult result = Write(chunk);
    const std::vector<Range> remaining = Count(chunk, result);
    if (remaining.empty()) return OkStatus();
    // A part of it was taken: what has many files, say, goes on step by step.
    const bool progress = EventsIn(remaining) < chunk.events();
    if (progress) {
      begin = loop_.Now();
      wait = kFirstWait;
    } else if (loop_.Now() - begin >= give_up_after_) {
      return result.status.ok() ? Unavailable("the output takes nothing") : result.status;
    }
    chunk = chunk.Only(remaining);
    Wait(wait);
    wait = std::min(wait * 2, kLongestWait);
  }
}

}  // namespace andon
