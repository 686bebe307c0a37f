// outputs/elasticsearch: writes events to Elasticsearch 7 to 9 and OpenSearch 1 to 3 with `_bulk`.
//
//   outputs:
//     - type: elasticsearch
//       match: "log.**"
//       hosts: ["https://es1:9200", "https://es2:9200"]
//       index: "andon-${tag_parts[1]}-%Y.%m.%d"
//       api_key: "${file:/etc/andon/api_key}"
//       tls: {ca: /etc/andon/ca.pem}
//       install: {templates: true}
//
// The document's _id is the event's identity and its index is named by the event's own date, so
// that an event which is sent twice meets itself: the second time is a 409 and counts as done.
// Every item's status is read; only what the server did not take comes back.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/plugin/output.h"
#include "outputs/elasticsearch/body_packer.h"
#include "outputs/elasticsearch/bulk_writer.h"
#include "outputs/elasticsearch/concurrency_limit.h"
#include "outputs/elasticsearch/doubt_guard.h"
#include "outputs/elasticsearch/elasticsearch_config.h"
#include "outputs/elasticsearch/installer.h"
#include "outputs/elasticsearch/output_metrics.h"
#include "outputs/elasticsearch/prober.h"
#include "outputs/elasticsearch/session.h"
#include "outputs/elasticsearch/write_job.h"

namespace andon::elasticsearch {

// Thread: output.
class ElasticsearchOutput final : public Output {
 public:
  using Config = ElasticsearchConfig;
  explicit ElasticsearchOutput(Config config);
  ~ElasticsearchOutput() override;

  Result<OutputLimits> Prepare(OutputContext& context) override;
  void Start() override;
  void Write(Chunk chunk, WriteDone done) override;
  void LaneClosed(const LaneId& lane) override;
  void Closing() override;
  void Stop(UniqueFunction<void()> done) override;
  void Probe(OutputContext& context, UniqueFunction<void(std::vector<ProbeFinding>)> done) override;

 private:
  // A chunk, or a part of one, that waits for its request.
  struct Waiting {
    uint64_t job;
    Chunk chunk;
  };
  // A request under way.
  struct Flight {
    uint64_t job;
    Chunk chunk;
    BulkPart part;
    ByteBuffer body;  // As it is sent, until all of it is.
    size_t plain_bytes = 0;
    Encoding encoding = Encoding::kNone;
    std::unique_ptr<http::Call> call;
  };

  void Install();
  void Pump();
  bool MaySend() const;
  void SendNext();
  void SendNextAfter(Duration delay);
  void Check(Waiting waiting);
  void OnChecked(const Waiting& waiting, Result<std::vector<Range>> found);
  void Send(Flight flight);
  void OnAnswer(uint64_t id, const Answered& answered);
  void ReadItems(Flight& flight, const Answered& answered);
  void OnRefusal(Flight& flight, const Answered& answered);
  void OnRefusedBody(Flight& flight, const Answered& answered);
  bool TryOtherEncoding(const Flight& flight, int code);
  void Halve(Flight& flight);
  void Requeue(const Flight& flight);
  void Doubt(const Flight& flight);
  void AllAgain(Flight& flight, const std::string& why);
  void Settle(uint64_t job);
  void Pack(Flight& flight);
  void DropBody(Flight& flight);
  void Recycle(ByteBuffer& buffer);
  ByteBuffer TakeBuffer();
  void CheckStopped();
  void GiveUp(const std::string& why);
  size_t UnderWay() const;

  Config config_;
  OutputContext* context_ = nullptr;
  std::string hostname_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<BulkWriter> writer_;
  std::unique_ptr<OutputMetrics> metrics_;
  std::unique_ptr<Installer> installer_;  // Null: there is nothing to install any more.
  std::unique_ptr<DoubtGuard> guard_;     // Null without verify_doubtful.
  std::unique_ptr<Prober> prober_;
  ConcurrencyLimit limit_;
  std::string bulk_query_;
  Encoding encoding_;
  bool encoding_proved_ = false;  // The server has taken it.
  BodyPacker packer_;
  ByteBuffer packed_;  // Room for the largest that a body may become.
  size_t max_body_bytes_;

  std::map<uint64_t, WriteJob> jobs_;
  uint64_t last_id_ = 0;
  std::deque<Waiting> waiting_;
  std::map<uint64_t, Flight> flights_;
  size_t untaken_ = 0;  // Of these, whose body is still needed.
  std::unique_ptr<Timer> next_send_;
  std::vector<ByteBuffer> spare_;
  bool pumping_ = false;

  bool stopping_ = false;
  std::unique_ptr<Timer> stop_timer_;
  UniqueFunction<void()> stopped_;
};

}  // namespace andon::elasticsearch
