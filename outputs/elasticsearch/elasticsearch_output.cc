#include "outputs/elasticsearch/elasticsearch_output.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/http/url.h"
#include "core/plugin/registry.h"

namespace andon::elasticsearch {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr size_t kSpareBuffers = 2;
// A body is written when the one before is on its way: so one buffer serves all, and what is in it
// is still in the processor's cache when it is sent. But no longer than this does one wait.
constexpr Duration kPatience = std::chrono::milliseconds(5);
constexpr size_t kSpareBytes = size_t{8} << 20;  // Larger ones are given back.
constexpr Duration kStopLimit = std::chrono::seconds(10);

// What the path of each `_bulk` ends with.
std::string BulkQuery(const DocumentConfig& config) {
  std::string path = "?filter_path=" + std::string(BulkAnswer::kFilterPath);
  const std::string& pipeline = config.pipeline.text();
  if (!pipeline.empty() && config.pipeline.constant()) {
    path += "&pipeline=" + http::EscapedPart(pipeline);
  }
  return path;
}

}  // namespace

ElasticsearchOutput::ElasticsearchOutput(Config config)
    : config_(std::move(config)),
      limit_(config_.concurrency),
      bulk_query_(BulkQuery(config_.document)),
      encoding_(config_.encoding),
      max_body_bytes_(config_.max_body_bytes) {}

ElasticsearchOutput::~ElasticsearchOutput() = default;

Result<OutputLimits> ElasticsearchOutput::Prepare(OutputContext& context) {
  context_ = &context;
  hostname_ = context.hostname;
  session_ = std::make_unique<Session>(config_, context);
  writer_ = std::make_unique<BulkWriter>(config_.document, hostname_);
  metrics_ = std::make_unique<OutputMetrics>(context.metrics);
  metrics_->limit.Set(limit_.current());
  if (config_.install.templates) {
    installer_ = std::make_unique<Installer>(config_, *session_, context.id);
  }
  if (config_.verify_doubtful) {
    guard_ = std::make_unique<DoubtGuard>(context, *session_, *writer_);
  }
  OutputLimits limits;
  limits.bytes = kChunkBytes;
  limits.in_flight = config_.concurrency;
  return limits;
}

void ElasticsearchOutput::Start() {
  if (installer_ != nullptr) Install();
}

// Nothing is written before: an index would be made without its mappings.
void ElasticsearchOutput::Install() {
  installer_->Run([this](const Status& status) {
    if (status.ok()) {
      // The installer calls this: it goes when it has returned.
      context_->loop.Post([installer = std::shared_ptr<Installer>(std::move(installer_))] {});
      return Pump();
    }
    LogWarn(context_->id, "could not install, nothing is written before",
            {{"reason", status.message()}});
    GiveUp(std::string(status.message()));
    CheckStopped();
  });
}

void ElasticsearchOutput::LaneClosed(const LaneId& lane) {
  if (guard_ != nullptr) guard_->book().LaneClosed(lane);
}

void ElasticsearchOutput::Probe(OutputContext& context,
                                UniqueFunction<void(std::vector<ProbeFinding>)> done) {
  session_ = std::make_unique<Session>(config_, context);
  prober_ = std::make_unique<Prober>(config_, *session_);
  prober_->Run(std::move(done));
}

void ElasticsearchOutput::Write(Chunk chunk, WriteDone done) {
  const uint64_t id = ++last_id_;
  if (guard_ != nullptr) guard_->book().Settled(chunk.lane(), chunk.settled());
  jobs_.emplace(id, WriteJob(std::move(done)));
  waiting_.push_back({id, std::move(chunk)});
  if (stopping_) return GiveUp("the output stops");
  if (installer_ != nullptr && !installer_->running()) Install();
  Pump();
}

void ElasticsearchOutput::Pump() {
  if (pumping_ || installer_ != nullptr) return;
  pumping_ = true;
  while (MaySend() && untaken_ == 0) SendNext();
  pumping_ = false;
  if (MaySend() && next_send_ == nullptr) SendNextAfter(kPatience);
}

bool ElasticsearchOutput::MaySend() const {
  return !waiting_.empty() && UnderWay() < static_cast<size_t>(limit_.current());
}

// One that takes its body slowly does not keep others from theirs.
void ElasticsearchOutput::SendNextAfter(Duration delay) {
  next_send_ = context_->loop.After(delay, [this] {
    next_send_.reset();
    if (installer_ == nullptr && MaySend()) SendNext();
    Pump();
  });
}

size_t ElasticsearchOutput::UnderWay() const {
  return flights_.size() + (guard_ == nullptr ? 0 : guard_->checks());
}

void ElasticsearchOutput::Check(Waiting waiting) {
  const Chunk chunk = waiting.chunk;
  guard_->Check(chunk, [this, waiting = std::move(waiting)](Result<std::vector<Range>> found) {
    OnChecked(waiting, std::move(found));
  });
}

void ElasticsearchOutput::OnChecked(const Waiting& waiting, Result<std::vector<Range>> found) {
  RangeList left;
  for (const Piece& piece : waiting.chunk.pieces()) {
    if (piece.count > 0) left.Add({piece.first, piece.first + piece.count - 1});
  }
  WriteJob& job = jobs_.at(waiting.job);
  if (!found.ok()) {
    job.Again(left.ranges(), std::string(found.status().message()));
  } else {
    for (const Range& range : *found) left.Remove(range);
    job.Delivered(found->size());
    metrics_->found.Add(found->size());
    if (!left.empty()) {
      ++job.open;
      waiting_.push_front({waiting.job, waiting.chunk.Only(left.ranges())});
    }
  }
  Settle(waiting.job);
  Pump();
  CheckStopped();
}

void ElasticsearchOutput::SendNext() {
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  if (guard_ != nullptr && !guard_->Clear(next.chunk)) return Check(std::move(next));
  Flight flight{next.job, std::move(next.chunk), {}, TakeBuffer(), 0, encoding_, nullptr};
  flight.part = writer_->Write(flight.chunk, max_body_bytes_, flight.body);
  WriteJob& job = jobs_.at(flight.job);
  if (!flight.part.rejected.empty()) job.Reject(std::move(flight.part.rejected));
  if (!flight.part.left.empty()) {
    ++job.open;
    waiting_.push_front({flight.job, flight.chunk.Only(flight.part.left)});
  }
  if (flight.part.events > 0) return Send(std::move(flight));
  Recycle(flight.body);
  Settle(flight.job);
}

void ElasticsearchOutput::Send(Flight flight) {
  ++untaken_;
  flight.plain_bytes = flight.body.size();
  metrics_->bytes.Add(flight.plain_bytes);
  if (flight.encoding != Encoding::kNone) Pack(flight);
  const uint64_t id = ++last_id_;
  Flight& sent = flights_.emplace(id, std::move(flight)).first->second;
  Ask ask;
  ask.method = "POST";
  ask.path = "/" + http::EscapedPart(sent.part.index) + "/_bulk" + bulk_query_;
  ask.body = sent.body.bytes();
  ask.type = "application/x-ndjson";
  ask.encoding = sent.encoding;
  // The server may take its time, and what has to be sent again is written again.
  ask.taken = [this, &sent] {
    DropBody(sent);
    if (untaken_ == 0 && next_send_ != nullptr) SendNextAfter(Duration::zero());
  };
  metrics_->sent_bytes.Add(ask.body.size());
  metrics_->in_flight.Set(static_cast<double>(flights_.size()));
  sent.call =
      session_->Send(std::move(ask), [this, id](Answered answered) { OnAnswer(id, answered); });
}

// What is under way is as long as it has to be; the plain body's room serves the next.
void ElasticsearchOutput::Pack(Flight& flight) {
  packed_.Clear();
  if (!packer_.Pack(flight.encoding, flight.body.bytes(), packed_)) {
    flight.encoding = Encoding::kNone;
    return;
  }
  Recycle(flight.body);
  flight.body.Reserve(packed_.size());
  flight.body.Append(packed_.bytes());
}

void ElasticsearchOutput::Settle(uint64_t id) {
  const auto job = jobs_.find(id);
  if (--job->second.open > 0) return;
  WriteJob finished = std::move(jobs_.extract(job).mapped());
  finished.Answer(config_.document.index.by_event());
}

// Packed ones have no room for another body.
void ElasticsearchOutput::DropBody(Flight& flight) {
  if (flight.body.capacity() == 0) return;
  --untaken_;
  if (flight.encoding == Encoding::kNone) return Recycle(flight.body);
  flight.body.Release();
}

ByteBuffer ElasticsearchOutput::TakeBuffer() {
  if (spare_.empty()) return {};
  ByteBuffer buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

void ElasticsearchOutput::Recycle(ByteBuffer& buffer) {
  ByteBuffer used = std::move(buffer);
  if (used.capacity() == 0 || used.capacity() > kSpareBytes) return;
  if (spare_.size() == kSpareBuffers) return;
  used.Clear();
  spare_.push_back(std::move(used));
}

void ElasticsearchOutput::Closing() {
  stopping_ = true;
  GiveUp("the output stops");
}

void ElasticsearchOutput::Stop(UniqueFunction<void()> done) {
  Closing();
  stopped_ = std::move(done);
  stop_timer_ = context_->loop.After(kStopLimit, [this] {
    for (auto flights = std::exchange(flights_, {}); auto& [id, flight] : flights) {
      flight.call.reset();
      Doubt(flight);
      AllAgain(flight, "the output stops");
      Settle(flight.job);
    }
    guard_.reset();
    jobs_.clear();
    CheckStopped();
  });
  CheckStopped();
}

// What has not been sent stays in the journal.
void ElasticsearchOutput::GiveUp(const std::string& why) {
  for (auto waiting = std::exchange(waiting_, {}); Waiting & one : waiting) {
    std::vector<Range> all;
    for (const Piece& piece : one.chunk.pieces()) {
      if (piece.count > 0) all.push_back({piece.first, piece.first + piece.count - 1});
    }
    jobs_.at(one.job).Again(all, why);
    Settle(one.job);
  }
}

void ElasticsearchOutput::CheckStopped() {
  if (!stopping_) return;
  GiveUp("the output stops");  // Halves of what came back.
  if (UnderWay() > 0 || !stopped_) return;
  stop_timer_.reset();
  std::exchange(stopped_, nullptr)();
}

namespace {

const Register<Output, ElasticsearchOutput> kElasticsearch(
    "elasticsearch", "writes events to Elasticsearch or OpenSearch, each once");

}  // namespace

}  // namespace andon::elasticsearch
