// One sender's connection: reads, hands messages on, and writes what was acknowledged.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/forward/authenticator.h"
#include "core/forward/decoder.h"
#include "core/forward/json_framer.h"
#include "core/forward/server_handshake.h"
#include "core/net/stream.h"
#include "inputs/forward/ack_table.h"
#include "inputs/forward/intake.h"
#include "inputs/forward/json_messages.h"
#include "inputs/forward/read_buffers.h"
#include "inputs/forward/receive_budget.h"
#include "inputs/forward/sender.h"

namespace andon::forward {

class Connection;

// What the connections of one worker share.
struct ConnectionWorker {
  std::string id;  // The input's.
  Loop& loop;
  Random& random;
  Intake& intake;
  ReceiveBudget& budget;
  ReadBuffers& buffers;
  AckTable& acks;
  JsonMessages& json;
  const Authenticator& authenticator;
  AckSink& sink;
  Capability capability;
  DecoderLimits limits;
  Counter& stray_values;
  Counter& broken;
  bool paused = false;
  UniqueFunction<void(Connection&)> closed;     // It is of no more use; destroy it, but not now.
  UniqueFunction<void(Connection&)> has_reply;  // Call Flush soon.
  UniqueFunction<void()> memory_is_short;       // Somebody began to wait for it.
};

// Thread: worker.
class Connection final : public ReceiveBudget::Holder, public Replier {
 public:
  Connection(uint64_t id, std::unique_ptr<Stream> stream, ConnectionWorker& worker);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  uint64_t id() const { return id_; }
  const Sender& sender() const { return sender_; }
  void Start();
  // The worker was paused or resumed, or the input stops.
  void UpdateInterest();
  // An acknowledgement that Flush will send.
  void Reply(Bytes reply);
  // One that will never be: the sender must send again, to somebody else.
  void ReplyDropped();
  void Flush();
  // Reads no more; what waits for an acknowledgement is still answered.
  void StopReading();
  void Close(const char* reason);
  bool closed() const { return stream_ == nullptr; }

  void MayReadAgain() override;
  Ack AckFor(ByteBuffer reply) override;

 private:
  enum class Phase : uint8_t {
    kHandshake,
    kFirst,  // The first byte says what the sender speaks.
    kMsgpack,
    kJson,
    kEnded,  // Nothing is read any more; closed when everything is answered.
  };
  void OnReady(Interest what);
  void Read();
  void OnEnd(const Status& error);
  // Reads more into `buffer`, and takes what became whole.
  void ReadInto(ByteBuffer& buffer, size_t room);
  size_t RoomInHeld(size_t wanted);
  // Returns how many bytes at the front are done with.
  size_t Consume(std::span<std::byte> received);
  size_t ConsumeHandshake(std::span<std::byte> received);
  size_t ConsumeMessages(std::span<std::byte> received);
  size_t ConsumeJson(std::span<std::byte> received);
  // `rest` lies in `buffer`, which is held_ or the scratch.
  void Keep(ByteBuffer& buffer, size_t consumed);
  void KeepRest(Bytes rest);
  size_t Wanted() const;
  size_t CapacityFor(size_t rest) const;
  void OnHandshakeTimeout();

  const uint64_t id_;
  ConnectionWorker& worker_;
  std::unique_ptr<Stream> stream_;
  Sender sender_;
  Phase phase_ = Phase::kFirst;
  Interest interest_ = Interest::kNone;
  bool refused_memory_ = false;
  bool looked_at_first_ = false;  // At the first bytes: they are not another protocol's.
  bool fresh_ = false;            // A message was finished in this read.
  uint32_t pending_ = 0;          // Acks that somebody owes us.
  ByteBuffer held_;               // The beginning of a message.
  ByteBuffer out_;                // Replies that are not written yet.
  Decoder decoder_;
  std::unique_ptr<ServerHandshake> handshake_;  // Until it is over.
  std::unique_ptr<Timer> handshake_timer_;
  std::unique_ptr<JsonFramer> json_;
  size_t json_seen_ = 0;
};

}  // namespace andon::forward
