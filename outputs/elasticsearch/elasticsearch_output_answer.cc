// What becomes of the events of a request, by its answer.

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "outputs/elasticsearch/elasticsearch_output.h"
#include "outputs/elasticsearch/verdict.h"

namespace andon::elasticsearch {
namespace {

constexpr size_t kLeastBody = size_t{64} << 10;

}  // namespace

void ElasticsearchOutput::OnAnswer(uint64_t id, const Answered& answered) {
  const size_t in_flight = flights_.size();
  Flight flight = std::move(flights_.extract(id).mapped());
  const http::Response& response = answered.response;
  metrics_->Requests(response.status.ok() ? response.code : 0).Add();
  metrics_->seconds.Observe(std::chrono::duration<double>(answered.took).count());
  metrics_->in_flight.Set(static_cast<double>(flights_.size()));
  if (answered.ok()) {
    limit_.OnAnswer(answered.took, static_cast<int>(in_flight));
    ReadItems(flight, answered);
  } else {
    OnRefusal(flight, answered);
  }
  metrics_->limit.Set(limit_.current());
  DropBody(flight);
  Settle(flight.job);
  Pump();
  CheckStopped();
}

void ElasticsearchOutput::ReadItems(Flight& flight, const Answered& answered) {
  WriteJob& job = jobs_.at(flight.job);
  const auto answer = BulkAnswer::Parse(answered.response.body.text());
  Result<ItemCounts> counts =
      answer.ok() ? job.Read(flight.part, *answer, config_.document.operation) : answer.status();
  if (!counts.ok()) {
    Doubt(flight);
    return AllAgain(flight, answered.node + ": " + std::string(counts.status().message()));
  }
  if (guard_ != nullptr) guard_->book().Known(flight.chunk.lane(), flight.part.items);
  encoding_proved_ = encoding_proved_ || flight.encoding == encoding_;
  metrics_->Count(*counts, config_.document.id == DocumentConfig::Id::kTemplate);
  if (counts->overload) limit_.OnOverload();
  if (counts->again > 0) {
    LogWarn(context_->id, "events were not taken, they come again",
            {{"events", counts->again}, {"reason", job.trouble()}});
  }
}

// The request as a whole was not taken, or its answer is lost.
void ElasticsearchOutput::OnRefusal(Flight& flight, const Answered& answered) {
  const http::Response& response = answered.response;
  if (!response.status.ok()) {
    if (response.reached) {
      Doubt(flight);
      limit_.OnOverload();
    }
    return AllAgain(flight, answered.Explain());
  }
  if (response.code == 429 || response.code == 503) limit_.OnOverload();
  if (response.code >= 500) Doubt(flight);  // A proxy may have lost the node's answer.
  if (TryOtherEncoding(flight, response.code)) return Requeue(flight);
  if (MayBeTheBody(response.code, ParseErrorAnswer(response.body.text()))) {
    return OnRefusedBody(flight, answered);
  }
  AllAgain(flight, answered.Explain());
}

void ElasticsearchOutput::OnRefusedBody(Flight& flight, const Answered& answered) {
  if (answered.response.code == 413 && flight.part.events > 1) {
    const size_t less = std::max(kLeastBody, flight.plain_bytes / 2);
    if (less < max_body_bytes_) {
      max_body_bytes_ = less;
      LogWarn(context_->id, "the server refuses long bodies, they are shorter from now on",
              {{"max_body", less}, {"reason", answered.Explain()}});
    }
  }
  if (flight.part.events > 1) return Halve(flight);
  std::string reason = answered.Explain();
  if (answered.response.code == 413) {
    reason += " (the event's body has " + std::to_string(flight.plain_bytes) + " bytes)";
  }
  metrics_->rejected.Add();
  jobs_.at(flight.job).Reject({{flight.part.items.front().first, std::move(reason)}});
}

bool ElasticsearchOutput::TryOtherEncoding(const Flight& flight, int code) {
  if (flight.encoding == Encoding::kNone) return false;
  if (flight.encoding != encoding_) return true;  // Another answer has brought the change already.
  const bool refused = code == 415 || (flight.encoding == Encoding::kZstd && !encoding_proved_ &&
                                       (code == 400 || code == 406 || code == 500 || code == 501));
  if (!refused) return false;
  encoding_ = flight.encoding == Encoding::kZstd ? Encoding::kGzip : Encoding::kNone;
  encoding_proved_ = false;
  LogWarn(context_->id, "the server does not take this encoding, another one is used",
          {{"refused", EncodingName(flight.encoding)}, {"used", EncodingName(encoding_)}});
  return true;
}

void ElasticsearchOutput::Requeue(const Flight& flight) {
  ++jobs_.at(flight.job).open;
  waiting_.push_front({flight.job, flight.chunk.Only(flight.part.items)});
}

void ElasticsearchOutput::Halve(Flight& flight) {
  metrics_->halved.Add();
  std::vector<Range> halves[2];
  uint64_t room = flight.part.events / 2;
  for (const Range& range : flight.part.items) {
    const uint64_t size = range.last - range.first + 1;
    const uint64_t taken = std::min(room, size);
    if (taken > 0) halves[0].push_back({range.first, range.first + taken - 1});
    if (taken < size) halves[1].push_back({range.first + taken, range.last});
    room -= taken;
  }
  for (const std::vector<Range>& half : halves) {
    ++jobs_.at(flight.job).open;
    waiting_.push_back({flight.job, flight.chunk.Only(half)});
  }
}

void ElasticsearchOutput::Doubt(const Flight& flight) {
  metrics_->doubtful.Add(flight.part.events);
  if (guard_ != nullptr) guard_->book().Doubt(flight.chunk.lane(), flight.part.items);
}

void ElasticsearchOutput::AllAgain(Flight& flight, const std::string& why) {
  metrics_->again.Add(flight.part.events);
  jobs_.at(flight.job).Again(flight.part.items, why);
}

}  // namespace andon::elasticsearch
