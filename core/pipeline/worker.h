// A worker: one thread with the inputs that it owns, the filters, the router and a lane.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/base/thread_checker.h"
#include "core/base/unique_function.h"
#include "core/journal/journal.h"
#include "core/pipeline/environment.h"
#include "core/pipeline/filter_chain.h"
#include "core/pipeline/input_slot.h"
#include "core/pipeline/pipeline_config.h"
#include "core/pipeline/rejected_events.h"
#include "core/pipeline/router.h"

namespace andon {

class Rejections;

// What a new revision changes on a worker.
struct WorkerChange {
  std::unique_ptr<Router> router;
  std::vector<std::string> stop_inputs;   // Gone, or replaced by a prepared one of the same id.
  std::vector<std::string> start_inputs;  // Prepared before.
  Duration grace{};                       // For inputs that stop.
};

// Made and destroyed on the main thread while the loop does not run it; everything else: worker.
class Worker final : public EmitTarget, private AckSink {
 public:
  struct Place {
    int index;
    int workers;
    std::string data_dir;
  };
  Worker(const Environment& environment, Place place, Loop& loop, Journal& journal);
  ~Worker();

  // Opens the lane and the network. Before anything else.
  void Start();

  // Makes the instance and lets it bind and open. It waits for Apply, or is dropped.
  Status PrepareInput(const InputConfig& config);
  // Makes all filters anew; they wait for Apply. Returns what could not be prepared, and why.
  std::vector<std::pair<const FilterConfig*, Status>> PrepareFilters(
      const std::vector<FilterConfig>& configs);
  void DropPrepared();

  // Cannot fail. `done` when what is stopped has stopped and what is new has started.
  void Apply(WorkerChange change, UniqueFunction<void()> done);
  // Stops every input; `done` when nothing more is emitted.
  void StopInputs(Duration grace, UniqueFunction<void()> done);
  // Closes the lane, after the inputs have stopped. Nothing may be called after it.
  void Close();

  // Makes error events of what an output refused; a repeat after a crash is dropped.
  void EmitRejected(std::unique_ptr<RejectedEvents> rejected);

  void Emit(std::span<const EventBatch> batches, std::span<const Position> covers,
            Ack ack) override;
  void AckWhenDurable(Ack ack) override;
  TagTable& tags() override { return tags_; }
  bool paused() const { return paused_; }

 private:
  void DropUnrouted(const EventBatch& batch);
  void OnPressure(bool full);
  void OnAck(uint64_t token, Outcome outcome) override;
  void Retire(std::unique_ptr<InputSlot> slot);
  void StopInput(const std::string& id, Duration grace, UniqueFunction<void()> done);
  void StartPrepared(const std::string& id);

  const Environment& environment_;
  const Place place_;
  Loop& loop_;
  Journal& journal_;
  ThreadChecker thread_;
  std::unique_ptr<Network> network_;
  TagTable tags_;
  std::unique_ptr<LaneWriter> lane_;
  std::unique_ptr<FilterChain> filters_;
  std::unique_ptr<FilterChain> prepared_filters_;
  std::unique_ptr<Router> router_;
  PartLedger router_ledger_;
  PartLedger journal_ledger_;
  std::map<std::string, std::unique_ptr<InputSlot>> prepared_;
  std::map<std::string, std::unique_ptr<InputSlot>> running_;
  std::vector<std::unique_ptr<InputSlot>> stopping_;
  // Stopped, but acks in the lane still point at them.
  std::map<uint64_t, std::unique_ptr<InputSlot>> retired_;
  uint64_t next_retired_ = 1;
  std::unique_ptr<Rejections> rejections_;
  std::vector<EventBatch> batches_;  // Scratch of Emit.
  std::vector<LaneWriter::Item> items_;
  bool emitting_ = false;
  std::atomic<bool> paused_{false};
};

}  // namespace andon
