// outputs/forward: sends chunks to andon, fluentd or fluent-bit over the Forward protocol v1, to
// one server at a time.
//
//   outputs:
//     - type: forward
//       match: "**"
//       servers:
//         - {address: "aggregator-1:24224"}
//         - {address: "aggregator-2:24224", standby: true}
//       shared_key: "${file:/etc/andon/key}"
//       compress: zstd
//
// An andon server recognises what it has by its numbers. So what was sent and not answered waits
// for the server that may have it; the note beside the cursor says which that is, and is durable
// before the first byte goes there.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/plugin/output.h"
#include "outputs/forward/delivery_note.h"
#include "outputs/forward/forward_output_config.h"
#include "outputs/forward/heartbeats.h"
#include "outputs/forward/out_message.h"
#include "outputs/forward/prober.h"
#include "outputs/forward/sent_book.h"
#include "outputs/forward/server_link.h"

namespace andon::forward {

// Thread: output.
class ForwardOutput final : public Output, private ServerLink::Owner {
 public:
  using Config = ForwardOutputConfig;
  explicit ForwardOutput(Config config);
  ~ForwardOutput() override;

  Result<OutputLimits> Prepare(OutputContext& context) override;
  void Start() override;
  void Write(Chunk chunk, WriteDone done) override;
  void LaneClosed(const LaneId& lane) override;
  void Stop(UniqueFunction<void()> done) override;
  void Probe(OutputContext& context, UniqueFunction<void(std::vector<ProbeFinding>)> done) override;

 private:
  struct Server {
    const ServerConfig& config;
    std::unique_ptr<ServerLink> link;
    SentBook book;
    std::vector<LaneId> closing;  // Closed lanes that it does not know of yet.
    bool announcing = false;      // They are on their way.
    uint64_t shown_doubts = 0;
    Gauge& up;
    Gauge& once;
    Gauge& in_doubt;
  };
  // One Write: some messages, and what could not be sent.
  struct Job {
    WriteDone done;
    size_t open = 0;
    bool delivered = false;  // Something of it.
    std::vector<Range> again;
    std::string failure;
  };
  struct Route {
    Server* server;
    std::vector<Range> ranges;
  };
  struct Held {  // Waits for the note.
    Server* server;
    std::unique_ptr<OutMessage> message;
  };

  // ServerLink::Owner
  void OnReady(ServerLink& link) override;
  void OnDelivered(ServerLink& link, std::unique_ptr<OutMessage> message) override;
  void OnOnceKnown(ServerLink& link) override;
  void OnLost(ServerLink& link, const Status& why,
              std::vector<std::unique_ptr<OutMessage>> unfinished) override;

  Status Recover();
  Status PrepareHeartbeats();
  void OnBeat();
  Server& ServerOf(const ServerLink& link);
  Server* Choose();
  bool Usable(const Server& server) const;
  bool AnyUsable() const;
  void Use(Server& server);
  std::vector<Route> Plan(const Chunk& chunk);
  void PlanDoubts(Server& server, Server* chosen, const Chunk& chunk, RangeSet& rest,
                  std::vector<Route>& routes);
  void GiveTo(const Server& server, const LaneId& lane, const std::vector<Range>& ranges);
  void Dispatch(const Route& route, const Chunk& chunk, uint64_t job);
  void Reserve(Server& server, const OutMessage& message);
  void Submit(Server& server, std::unique_ptr<OutMessage> message);
  bool IsNoted(Server& server, const OutMessage& message);
  void Transmit(Server& server, std::unique_ptr<OutMessage> message);
  void Fail(const OutMessage& message, std::string_view why);
  void Settle(uint64_t job);
  void SaveNote();
  void NoteSaved(const DeliveryNote& note, const Status& status);
  void ReleaseHeld();
  DeliveryNote CurrentNote() const;
  void AnnounceClosed(Server& server);
  void ShowDoubts(Server& server);
  void Probe();
  void CountDoubled(uint64_t events);
  void Stopped();
  void FinishStop();

  Config config_;
  OutputContext* context_ = nullptr;
  std::vector<std::unique_ptr<Server>> servers_;  // The preferred first.
  std::map<std::string, SentBook> gone_;          // Servers of the note that are not configured.
  Server* active_ = nullptr;
  std::unique_ptr<MessageBuilder> builder_;
  std::unique_ptr<Heartbeats> heartbeats_;
  std::unordered_map<uint64_t, Job> jobs_;
  uint64_t last_job_ = 0;
  std::deque<Held> held_;
  bool saving_ = false;
  bool save_again_ = false;
  std::unique_ptr<Timer> probe_timer_;
  std::unique_ptr<Timer> stop_timer_;
  bool stopping_ = false;
  bool finishing_ = false;  // Everything is answered; the last note is being saved.
  std::string saved_note_;
  UniqueFunction<void()> stopped_;
  Counter* doubled_ = nullptr;
  Counter* changes_ = nullptr;
  std::shared_ptr<ForwardOutput*> self_;  // Null once this is gone: late answers find nobody.
  std::unique_ptr<Prober> prober_;
};

}  // namespace andon::forward
