// One instance of an input on one worker, with what it is given and its line in the ledger.
#pragma once

#include <memory>
#include <string>

#include "core/base/unique_function.h"
#include "core/pipeline/environment.h"
#include "core/pipeline/pipeline_config.h"
#include "core/plugin/emitter.h"
#include "core/plugin/input.h"

namespace andon {

// The worker, as its inputs see it.
class EmitTarget {
 public:
  virtual void Emit(std::span<const EventBatch> batches, std::span<const Position> covers,
                    Ack ack) = 0;
  virtual void AckWhenDurable(Ack ack) = 0;
  virtual TagTable& tags() = 0;

 protected:
  ~EmitTarget() = default;
};

// Thread: worker.
class InputSlot final : private Emitter {
 public:
  struct Place {
    const Environment& environment;
    Loop& loop;
    Network& network;
    PositionStore& positions;
    std::string data_dir;
    int worker;
    int workers;
  };
  InputSlot(const InputConfig& config, const Place& place, EmitTarget& target);

  const std::string& id() const { return context_.id; }
  Status Prepare() { return input_->Prepare(context_); }
  void Start() { input_->Start(*this); }
  void Pause() { input_->Pause(); }
  void Resume() { input_->Resume(); }
  // `done` is called once, when the input has stopped or `grace` is over; nothing is emitted after
  // it either way. The slot may be destroyed from then on.
  void Stop(Duration grace, UniqueFunction<void()> done);

 private:
  void Emit(std::span<const EventBatch> batches, std::span<const Position> covers,
            Ack ack) override;
  void AckWhenDurable(Ack ack) override { target_.AckWhenDurable(std::move(ack)); }
  TagTable& tags() override { return target_.tags(); }
  void Stopped();

  EmitTarget& target_;
  PartLedger ledger_;
  InputContext context_;
  std::unique_ptr<Input> input_;
  std::unique_ptr<Timer> deadline_;
  UniqueFunction<void()> stopped_;
  bool closed_ = false;
};

}  // namespace andon
